import type { ReadyPlugin } from "../plugins/start.ts";
import type { Exchange } from "./exchange.ts";
import { discard } from "./respond.ts";
import { isKnownMethod, toRequest, withoutBase } from "./request.ts";

// Taken before any plugin runs, which may replace it; Responses of subclasses are its instances too.
const { Response } = globalThis;

/** A plugin's answer that is no response it could send; the message is for the author. */
export class NotAResponse extends Error {
  override readonly name = "NotAResponse";
}

/** Asks the plugin: `server.fetch` with the whole path, then, after a 404 or without it, `routes`. */
export async function answer(plugin: ReadyPlugin, exchange: Exchange): Promise<Response> {
  const { server, routes } = plugin.impl;
  const { method, url } = exchange.head;
  if (!isKnownMethod(method)) return plain(501, "Method not implemented");
  if (server) {
    const response = checked("server.fetch", await server.fetch(toRequest(exchange, url)));
    if (response.status !== 404 || !routes || exchange.over) return response;
    discard(response);
    exchange.body?.rewind();
  }
  if (!routes) return plain(404, "Not Found");
  return checked("routes.fetch", await routes.fetch(toRequest(exchange, withoutBase(url, plugin.base))));
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain;charset=utf-8" } });
}

function checked(asked: string, response: unknown): Response {
  if (!(response instanceof Response))
    throw new NotAResponse(`${asked} returned ${described(response)} instead of a Response`);
  if (response.status < 200)
    throw new NotAResponse(`${asked} returned a Response with status ${response.status}; 200 to 599 can be sent`);
  if (response.bodyUsed) {
    throw new NotAResponse(
      `${asked} returned a Response whose body was read already; return a new Response for each request`,
    );
  }
  return response;
}

function described(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  return `an object of type ${value.constructor?.name ?? "null"}`;
}
