/** The server as plugins see it. Names and shapes are those of Bun's `Server`. */
import type { SocketPayload } from "./websocket.ts";

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
