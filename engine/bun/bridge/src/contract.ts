/**
 * What a plugin author writes against: the module's default export, and what it is given.
 *
 * Names and shapes are Buntime's and Bun's, so that plugins for it run unchanged.
 */
import type { PluginContext } from "./contract/context.ts";
import type { PluginServer } from "./contract/server.ts";
import type { WebSocketHandler } from "./contract/websocket.ts";

export type * from "./contract/context.ts";
export type * from "./contract/pool.ts";
export type * from "./contract/server.ts";
export type * from "./contract/serverless.ts";
export type * from "./contract/websocket.ts";

/** A value, now or later. */
export type MaybePromise<T> = T | Promise<T>;

/** What a handler gives: a response, or nothing after `server.upgrade` has taken the request. */
export type Answer = Response | undefined | void;

/** Anything that answers requests as Fetch does, e.g. a Hono app, whose `c.env` is the server then. */
export interface FetchHandler {
  fetch(request: Request, server?: any): MaybePromise<Answer>;
  /** What a Hono app has for its tests, e.g. `plugin.routes!.request("/path")`. */
  request?: any;
}

/** A request as `server.routes` gives it to handlers. */
export interface RoutedRequest<Params = Record<string, string>> extends Request {
  /** The path's parts that the pattern names, percent-decoded. */
  readonly params: Params;
  /** The request's cookies; what is changed here is sent with the response. */
  readonly cookies: Bun.CookieMap;
}

/** Answers the requests that match a pattern. */
export type RouteHandler = (request: RoutedRequest, server: PluginServer) => MaybePromise<Answer>;

/** What a pattern leads to; `false` passes its requests on to `server.fetch`. */
export type Route =
  | Response
  | false
  | RouteHandler
  | Readonly<
      Partial<Record<"GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS", Response | RouteHandler>>
    >;

/** Answers requests with their whole path, base included. */
export interface ServerHandler {
  /**
   * Asked first: patterns as Bun.serve has them, e.g. `/hello/users/:id` or `/hello/files/*`. A
   * plain segment goes before `:name` and that before `*`, which is the last and takes all the rest.
   */
  readonly routes?: Readonly<Record<string, Route>>;
  /** Asked next; its 404 passes the request on to the plugin's `routes`. */
  fetch?(request: Request, server: PluginServer): MaybePromise<Answer>;
}

/** The plugin that a request is for, as hooks are told. */
export interface App {
  readonly name: string;
  readonly version: string;
  /** The path that it is served under, e.g. `/hello`; null for a plugin without one. */
  readonly base: string | null;
}

/**
 * A plugin. Every member is optional, but it must serve something (`routes`, `server`), hook
 * something (`onRequest`, `onResponse`), or work for others (`provides`, `onInit`, `onServerStart`).
 */
export interface PluginImpl {
  /** Serves `/<base>/*` with the base taken off the path. */
  routes?: FetchHandler;
  /** Serves before `routes`, with the whole path. */
  server?: ServerHandler;
  /** What happens on the WebSockets that `server.upgrade` makes. */
  websocket?: WebSocketHandler<any>;
  /**
   * Sees every request for any plugin before it is answered, in the plugins' start order, with its whole
   * path. A Response answers it, a Request goes on in its place, nothing lets it pass; changes of the
   * given request's headers count too. `app` is the plugin that it is for, if there is one. A throw
   * answers with 503, unless {@link onRequestFailOpen}.
   */
  onRequest?(request: Request, app: App | undefined): MaybePromise<Request | Answer>;
  /** Whether requests pass although `onRequest` throws; false unless set. */
  onRequestFailOpen?: boolean;
  /**
   * Sees every response before it is sent. A Response goes out in its place, nothing lets it pass;
   * changes of the given response's headers count too. A throw leaves the response as it was.
   */
  onResponse?(response: Response, app: App | undefined, request: Request): MaybePromise<Answer>;
  /** Called once before the plugin serves. A throw fails the plugin and those that require it. */
  onInit?(ctx: PluginContext): MaybePromise<void>;
  /** Called once after onInit; the value that other plugins get from `ctx.getPlugin`. */
  provides?(): unknown;
  /** Called once when the plugin is the one that serves. A throw is logged. */
  onServerStart?(server: PluginServer): MaybePromise<void>;
  /** Called when the plugin is removed or replaced and when the runtime stops, in reverse start order. */
  onShutdown?(): MaybePromise<void>;
}

/** Makes the plugin from its configuration. */
export type PluginFactory = (config: Record<string, unknown>) => MaybePromise<PluginImpl>;

/** What a plugin's module exports as default. */
export type PluginExport = PluginFactory | PluginImpl;
