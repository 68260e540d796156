/** The JSON payloads of streams and shutdown, checked once on arrival; afterwards their types are trusted. */
import type { App } from "../contract.ts";
import { Violation } from "./frames.ts";
import type { Json } from "./parse.ts";
import { boolean, count, headers, object, parse, string } from "./parse.ts";

/** What a request says about itself and its client, whoever it is shown to. */
export interface RequestLine {
  readonly method: string;
  /** Absolute, with the normalised path. */
  readonly url: string;
  /** The client's address. */
  readonly peer: string;
  /** The client's port. */
  readonly port: number;
  /** Flat list of names and values, characters standing for bytes. */
  readonly headers: readonly string[];
}

/** REQUEST: a request's head. */
export interface RequestHead extends RequestLine {
  /** Index in INIT's plugins. */
  readonly plugin: number;
  /** Whether DATA or END follows. */
  readonly body: boolean;
  /** Whether it is a WebSocket handshake that may be accepted. */
  readonly upgrade: boolean;
}

/** ON_REQUEST: a request that a hook sees before it is answered. */
export interface OnRequestHead extends RequestLine {
  /** Index of the hook's plugin in INIT's plugins. */
  readonly plugin: number;
  readonly app: App | null;
  /** Whether there is a body to ask for. */
  readonly body: boolean;
}

/** ON_RESPONSE: a response that a hook sees before it is sent. */
export interface OnResponseHead {
  /** Index of the hook's plugin in INIT's plugins. */
  readonly plugin: number;
  readonly app: App | null;
  readonly status: number;
  readonly headers: readonly string[];
  /** Whether there is a body to ask for. */
  readonly body: boolean;
  readonly request: RequestLine;
}

/** WS_CLOSE: why a WebSocket ends. */
export interface CloseReason {
  /** As in RFC 6455, 7.4; 1005 for none, 1006 for a lost connection. */
  readonly code: number;
  readonly reason: string;
}

/** Reads REQUEST's payload; `plugins` is how many INIT had. Throws {@link Violation} if it has not the page's shape. */
export function parseRequest(payload: Uint8Array, plugins: number): RequestHead {
  const head = parse("REQUEST", payload);
  // Not by way of requestLine, whose object would be made for each request and thrown away.
  return {
    plugin: index("REQUEST", head, plugins),
    method: string("REQUEST method", head["method"]),
    url: string("REQUEST url", head["url"]),
    peer: string("REQUEST peer", head["peer"]),
    port: count("REQUEST port", head["port"]),
    body: boolean("REQUEST body", head["body"]),
    upgrade: boolean("REQUEST upgrade", head["upgrade"]),
    headers: headers("REQUEST headers", head["headers"]),
  };
}

/** Reads ON_REQUEST's payload, as {@link parseRequest}. */
export function parseOnRequest(payload: Uint8Array, plugins: number): OnRequestHead {
  const head = parse("ON_REQUEST", payload);
  return {
    plugin: index("ON_REQUEST", head, plugins),
    app: app("ON_REQUEST", head["app"]),
    ...requestLine("ON_REQUEST", head),
    body: boolean("ON_REQUEST body", head["body"]),
  };
}

/** Reads ON_RESPONSE's payload, as {@link parseRequest}. */
export function parseOnResponse(payload: Uint8Array, plugins: number): OnResponseHead {
  const head = parse("ON_RESPONSE", payload);
  return {
    plugin: index("ON_RESPONSE", head, plugins),
    app: app("ON_RESPONSE", head["app"]),
    status: count("ON_RESPONSE status", head["status"]),
    headers: headers("ON_RESPONSE headers", head["headers"]),
    body: boolean("ON_RESPONSE body", head["body"]),
    request: requestLine("ON_RESPONSE request", object("ON_RESPONSE request", head["request"])),
  };
}

/** Reads WS_CLOSE's payload. */
export function parseClose(payload: Uint8Array): CloseReason {
  const close = parse("WS_CLOSE", payload);
  return { code: count("WS_CLOSE code", close["code"]), reason: string("WS_CLOSE reason", close["reason"]) };
}

/** Reads SHUTDOWN's payload: the time in milliseconds that all onShutdown have together. */
export function parseShutdown(payload: Uint8Array): number {
  return count("SHUTDOWN timeoutMs", parse("SHUTDOWN", payload)["timeoutMs"]);
}

/** Reads ABORT's payload: the reason in words. */
export function parseAbort(payload: Uint8Array): string {
  return string("ABORT message", parse("ABORT", payload)["message"]);
}

function index(frame: string, head: Json, plugins: number): number {
  const plugin = count(`${frame} plugin`, head["plugin"]);
  if (plugin >= plugins) throw new Violation(`${frame} for plugin ${plugin} of ${plugins}`);
  return plugin;
}

function requestLine(frame: string, head: Json): RequestLine {
  return {
    method: string(`${frame} method`, head["method"]),
    url: string(`${frame} url`, head["url"]),
    peer: string(`${frame} peer`, head["peer"]),
    port: count(`${frame} port`, head["port"]),
    headers: headers(`${frame} headers`, head["headers"]),
  };
}

function app(frame: string, value: unknown): App | null {
  if (value === null) return null;
  const { name, version, base } = object(`${frame} app`, value);
  return {
    name: string(`${frame} app name`, name),
    version: string(`${frame} app version`, version),
    base: base === null ? null : string(`${frame} app base`, base),
  };
}
