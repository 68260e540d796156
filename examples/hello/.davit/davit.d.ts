// The contract between plugin and runtime, written by `davit types`. Do not edit: it is written anew.
// Import from "davit"; "@buntime/shared/types" is the same.

declare module "davit" {
  /**
   * What a plugin author writes against: the module's default export, and what it is given.
   *
   * Names and shapes are Buntime's and Bun's, so that plugins for it run unchanged.
   */


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

  /** What a plugin is told about where it runs, and what it may use there. */

  /** The runtime as plugins see it. */
  export interface RuntimeInfo {
    /** Path of the admin API, e.g. `/_/api`. */
    readonly api: string;
    /** The runtime's version. */
    readonly version: string;
  }

  /** Settings of the runtime that Buntime's plugins may read. */
  export interface GlobalConfig {
    readonly poolSize: number;
    readonly pluginDirs: readonly string[];
    readonly workerDirs: readonly string[];
  }

  /** Writes to the runtime's log under the plugin's name. Arguments are formatted as console does. */
  export interface PluginLogger {
    debug(...args: unknown[]): void;
    info(...args: unknown[]): void;
    warn(...args: unknown[]): void;
    error(...args: unknown[]): void;
  }

  /** Who calls. */
  export interface PluginAuth {
    /**
     * The caller that an authenticating plugin has vouched for (its `x-identity` header, which
     * nobody else can set); null if nobody has.
     */
    identity(request: Request): string | null;
  }

  /** What `onInit` is given. It stays valid for the life of the plugin. */
  export interface PluginContext {
    /** The plugin's own configuration, the same object as the factory's argument. */
    readonly config: Record<string, unknown>;
    readonly globalConfig: GlobalConfig;
    readonly logger: PluginLogger;
    readonly runtime: RuntimeInfo;
    /** Absolute path of the plugin's own writable folder on this replica; null if the runtime has none for it. */
    readonly dataDir: string | null;
    readonly auth: PluginAuth;
    /** Runs serverless apps that lie in the plugin's package or in its `dataDir`. */
    readonly pool: WorkerPool;
    /**
     * What the named plugin's `provides()` returned, as a live object: both run in one process.
     *
     * Undefined if that plugin provides nothing or does not run, which only an optional dependency
     * may not, and, with a warning in the log, if the manifest does not name it as a dependency.
     */
    getPlugin<T = unknown>(name: string): T | undefined;
  }

  /** Serverless apps that a plugin runs by itself. */

  /** What the Workers of `ctx.pool` do now, and have done since the plugin started. */
  export interface PoolMetrics {
    /** Workers that answer requests now. */
    readonly activeWorkers: number;
    /** Workers that are ready and have no request. */
    readonly idleWorkers: number;
    /** Requests that wait for a Worker. */
    readonly queued: number;
    /** Requests given to the pool. */
    readonly totalRequests: number;
    /** Requests that got no whole response: the app or its Worker failed, or none was free in time. */
    readonly failedRequests: number;
    /** Workers started. */
    readonly created: number;
    /** Workers that have ended. */
    readonly ended: number;
  }

  /** One Worker that runs now. */
  export interface WorkerStats {
    /** The app's folder, absolute and without links. */
    readonly dir: string;
    /** "active" has requests, "idle" has none, "ending" takes none any more. */
    readonly state: "starting" | "active" | "idle" | "ending";
    /** Requests it was given. */
    readonly requests: number;
    /** Milliseconds since it was started. */
    readonly ageMs: number;
    /** Milliseconds since its last request ended; 0 while it has one. */
    readonly idleMs: number;
  }

  /**
   * How an app's Workers are kept; as the fields of a serverless plugin's manifest. Durations are seconds as
   * a number, or text: "500ms", "30s", "5m", "1h", at most a day.
   */
  export interface PoolConfig {
    /** Until the response's head; its Worker is ended then. Default 30 s. */
    readonly timeout?: number | string;
    /** How long a Worker may serve; 0, the default, is a fresh one for each request. */
    readonly ttl?: number | string;
    /** How long a Worker without a request is kept. Default 60 s. */
    readonly idleTimeout?: number | string;
    /** After so many requests a Worker is replaced. Default 1000. */
    readonly maxRequests?: number;
    /** The most bytes of a request's body, as a number or e.g. "10Mi"; more is answered by 413. Default 10 MiB, at most 100 MiB. */
    readonly maxBodySize?: number | string;
    /** Variables of the Workers' environment, on top of the plugin's. */
    readonly env?: Readonly<Record<string, string>>;
  }

  /** Runs serverless apps, each in Bun Workers of its own. */
  export interface WorkerPool {
    /**
     * Has the app answer the request, whose path it sees as it is. `dir` is its folder, inside the plugin's
     * package (relative to it, or absolute) or its `dataDir` (absolute), with an `index.ts` or `index.js`
     * that exports `fetch` or `routes`.
     *
     * Rejects if the folder or the configuration is wrong, and with an error that has a `code` if the app
     * does not answer: PLUGIN_ERROR (it threw), WORKER_TIMEOUT, WORKER_CRASHED, WORKER_UNAVAILABLE.
     */
    fetch(dir: string, config: PoolConfig | undefined, request: Request): Promise<Response>;
    getMetrics(): PoolMetrics;
    getWorkerStats(): WorkerStats[];
  }

  /** The server as plugins see it. Names and shapes are those of Bun's `Server`. */

  /** A client's address. */
  export interface SocketAddress {
    /** E.g. `192.0.2.7`. */
    address: string;
    family: "IPv4" | "IPv6";
    port: number;
  }

  /**
   * What handlers are given beside the request, and `onServerStart`. The plugins of a group share
   * one, and with it the WebSockets' topics.
   *
   * The listening is the runtime's. What would change that throws an error that says so.
   */
  export interface PluginServer<Data = any> {
    /**
     * Makes a WebSocket of a request, for which the plugin must have `websocket`. Return nothing
     * from the handler then. False if the request is no valid WebSocket handshake or is answered already.
     * `headers` are sent with the handshake's response.
     */
    upgrade(request: Request, options?: { headers?: ConstructorParameters<typeof Headers>[0]; data?: Data }): boolean;
    /** The address of the request's client; null once the request is answered, and for Requests of the plugin's own making. */
    requestIP(request: Request): SocketAddress | null;
    /**
     * Replaces the time limits of this request: the time until its response begins, and the time
     * that its body may be silent. In seconds; 0 for no limit.
     */
    timeout(request: Request, seconds: number): void;
    /**
     * Sends a message to all sockets that subscribe to the topic. Returns the number of bytes sent,
     * -1 if they wait for a slow client, and 0 if nobody subscribes or a socket dropped them.
     */
    publish(topic: string, data: SocketPayload, compress?: boolean): number;
    /** How many sockets subscribe to the topic. */
    subscriberCount(topic: string): number;
    /** Requests of this group's plugins that are not answered yet. */
    readonly pendingRequests: number;
    /** Open WebSockets of this group's plugins. */
    readonly pendingWebSockets: number;
    /** The address that the runtime listens on. */
    readonly hostname: string;
    /** The port that the runtime listens on. */
    readonly port: number;
    /** The runtime's own URL, which need not be the one that clients use. */
    readonly url: URL;
    readonly protocol: "http";
    readonly development: false;
    readonly id: string;
    /** Throws: the runtime serves other plugins too. */
    stop(closeActiveConnections?: boolean): never;
    /** Throws: a plugin is replaced as a whole. */
    reload(options: unknown): never;
    /** Throws: call the plugin's own handler. */
    fetch(request: Request | string): never;
    /** Throws: the connections are the runtime's. */
    closeIdleConnections(): never;
    /** Throws: the process lives as long as the runtime needs it. */
    ref(): never;
    /** Throws, as {@link ref}. */
    unref(): never;
    /** Throws, as {@link stop}. */
    [Symbol.dispose](): never;
  }

  /** Serverless plugins: modules whose code runs request by request, each in a Worker. */

  /** Answers the requests that match a pattern. The base is taken off the path. */
  export type ServerlessHandler = (request: RoutedRequest) => MaybePromise<Response>;

  /** What a pattern of a serverless plugin leads to. */
  export type ServerlessRoute =
    | Response
    | ServerlessHandler
    | Readonly<
        Partial<Record<"GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS", Response | ServerlessHandler>>
      >;

  /**
   * What a serverless plugin exports, by default or by name: `fetch`, `routes` or both. Each Worker
   * imports the module anew.
   */
  export interface ServerlessModule {
    /** Asked first: patterns as Bun.serve has them, e.g. `/users/:id`. Or an app with `fetch`, as Hono's. */
    routes?: Readonly<Record<string, ServerlessRoute>> | { fetch(request: Request): MaybePromise<Response> };
    /** Asked for what no route takes. The base is taken off the path. */
    fetch?(request: Request): MaybePromise<Response>;
    /** Called when a Worker's last request has ended and it is kept for others. */
    onIdle?(): MaybePromise<void>;
    /** Called before a Worker is ended. */
    onTerminate?(): MaybePromise<void>;
  }

  /** WebSockets as plugins see them. Names and shapes are Bun's. */

  /** What a WebSocket sends: text, or binary data. A Blob is sent as binary data, in its place in the order. */
  export type SocketPayload = string | ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Blob;

  /** How a socket's handlers are given binary data. */
  export type BinaryType = "nodebuffer" | "arraybuffer" | "uint8array" | "blob";

  /**
   * One client's WebSocket.
   *
   * Sending returns the number of bytes sent, -1 if they wait because the client reads slower than
   * is sent, and 0 if they were dropped: the socket is closed, or `backpressureLimit` is reached.
   *
   * `compress` is accepted and has no effect, as in Bun with clients that do not offer compression.
   */
  export interface ServerWebSocket<Data = any> {
    /** What `server.upgrade` was given as `data`; yours to read and write. */
    data: Data;
    /** 1 while open, 3 once closed. */
    readonly readyState: 0 | 1 | 2 | 3;
    /** The client's IP address. */
    readonly remoteAddress: string;
    /** How handlers are given binary data; `nodebuffer` unless set. */
    binaryType?: BinaryType;
    /** The topics that it has subscribed to. */
    readonly subscriptions: string[];
    /** Whether {@link pause} holds messages back. */
    readonly isPaused: boolean;

    /** Sends a message: text for a string, else binary. */
    send(data: SocketPayload, compress?: boolean): number;
    /** Sends a text message. */
    sendText(data: string, compress?: boolean): number;
    /** Sends a binary message. */
    sendBinary(data: Exclude<SocketPayload, string>, compress?: boolean): number;
    /** Sends a ping, at most 125 bytes. */
    ping(data?: SocketPayload): number;
    /** Sends a pong, at most 125 bytes. */
    pong(data?: SocketPayload): number;
    /** Closes with a code (1000 unless given) and a reason of at most 123 bytes, once all that was sent has gone out. */
    close(code?: number, reason?: string): void;
    /** Closes without a closing handshake: the client sees code 1006. */
    terminate(): void;

    /** Sends a message to all sockets with this topic but this one (see `publishToSelf`). */
    publish(topic: string, data: SocketPayload, compress?: boolean): number;
    /** As {@link publish}, as text. */
    publishText(topic: string, data: string, compress?: boolean): number;
    /** As {@link publish}, as binary data. */
    publishBinary(topic: string, data: Exclude<SocketPayload, string>, compress?: boolean): number;
    /** Has the topic's messages sent to this socket; false if it is closed. Topics are shared by the plugins of a group. */
    subscribe(topic: string): boolean;
    /** Ends that; false if it was not subscribed. */
    unsubscribe(topic: string): boolean;
    /** Whether it is subscribed to the topic. */
    isSubscribed(topic: string): boolean;

    /** Calls `callback` and returns what it returns. What is sent in one turn of the event loop leaves together anyway. */
    cork<R = unknown>(callback: (ws: ServerWebSocket<Data>) => R): R;
    /** Bytes that wait to be sent. */
    getBufferedAmount(): number;
    /** Holds messages back, and so the client that sends them, until {@link resume}. */
    pause(): void;
    /** Ends {@link pause}. */
    resume(): void;
  }

  /** What happens on a plugin's WebSockets, which `server.upgrade` has made from requests. */
  export interface WebSocketHandler<Data = any> {
    /** Types `ws.data`; its value is not used. */
    data?: Data;
    /** Called when the connection is open. */
    open?(ws: ServerWebSocket<Data>): void | Promise<void>;
    /** Called for each message: a string for text, else what `ws.binaryType` says. */
    message?(ws: ServerWebSocket<Data>, message: string | Buffer<ArrayBuffer>): void | Promise<void>;
    /**
     * Called once when the connection is over. Code 1006: it was lost; 1005: the client gave none;
     * 1012: the plugin is being replaced; 1001: the runtime ends.
     */
    close?(ws: ServerWebSocket<Data>, code: number, reason: string): void | Promise<void>;
    /** Called when a socket whose sending returned -1 can take more. */
    drain?(ws: ServerWebSocket<Data>): void | Promise<void>;
    /** Called for each ping of the client, which the runtime has answered. */
    ping?(ws: ServerWebSocket<Data>, data: Buffer): void | Promise<void>;
    /** Called for each pong of the client. */
    pong?(ws: ServerWebSocket<Data>, data: Buffer): void | Promise<void>;
    /** Called with what another handler threw; without it that is logged. */
    error?(error: Error, ws: ServerWebSocket<Data>): void | Promise<void>;
    /** The largest message to take, in bytes; a larger one closes the connection with 1009. 16 MiB unless set. */
    maxPayloadLength?: number;
    /** Seconds without a message or ping after which the connection is closed: 0 (none) to 960, 120 unless set. */
    idleTimeout?: number;
    /** Whether a silent client is pinged shortly before `idleTimeout`; true unless set. */
    sendPings?: boolean;
    /** The most bytes that may wait to be sent on one socket; what comes on top is dropped. 16 MiB unless set, 0 for no limit. */
    backpressureLimit?: number;
    /** Whether a socket that reaches `backpressureLimit` is closed; false unless set. */
    closeOnBackpressureLimit?: boolean;
    /** Whether `ws.publish` also sends to the socket itself; false unless set. */
    publishToSelf?: boolean;
    /** Davit does not offer compression to clients, so this has no effect; a plugin that sets it is told so in the log. */
    perMessageDeflate?: boolean | object;
  }
}

declare module "@buntime/shared/types" {
  export * from "davit";
}
