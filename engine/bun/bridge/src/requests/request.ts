import type { Exchange } from "./exchange.ts";
import { mark } from "./origin.ts";

// Taken before any plugin runs, which may replace it, as the bridge does itself (hooks/same-body.ts).
const { Request } = globalThis;

/** Makes the plugin's Request. `url` is the head's, or that without the base; `body` says whether it gets the exchange's. */
export function toRequest(exchange: Exchange, url: string, body = true): Request {
  const { method, headers: flat } = exchange.head;
  const init: RequestInit = { method, signal: exchange.signal };
  if (body && exchange.body !== undefined) init.body = exchange.body.open();
  const request = new Request(url, init);
  // Headers made first would be copied by the constructor, for a fifth of its time.
  fill(request.headers, flat);
  mark(request, exchange);
  return request;
}

/** Adds a flat list's headers. */
export function fill(headers: Headers, flat: readonly string[]): void {
  for (let at = 0; at < flat.length; at += 2) headers.append(flat[at] as string, flat[at + 1] as string);
}

/** The path of an absolute URL, as it is written there. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** Takes the base off an absolute URL's path: `/hello` and `/hello/x?y` become `/` and `/x?y`. */
export function withoutBase(url: string, base: string): string {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  const rest = path + base.length;
  const next = url[rest];
  if (base === "" || path < 0 || !url.startsWith(base, path)) return url;
  if (next === "/") return url.slice(0, path) + url.slice(rest);
  if (next === undefined || next === "?") return `${url.slice(0, path)}/${url.slice(rest)}`;
  return url;
}

const COMMON = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Whether Bun can make a Request of this method; it silently makes a GET of those that it does not know. */
export function isKnownMethod(method: string): boolean {
  return COMMON.has(method) || new Request("http://localhost/", { method }).method === method;
}
