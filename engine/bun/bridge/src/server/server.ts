import type { PluginServer, SocketAddress, SocketPayload } from "../contract.ts";
import { Exchange } from "../requests/exchange.ts";
import { originOf } from "../requests/origin.ts";
import type { Sockets, UpgradeOptions } from "../sockets/sockets.ts";
import type { ServerSpec } from "../wire/init.ts";

/** The longest that `server.timeout` can say, in seconds: what a TIMEOUT frame holds. */
const TIMEOUT_MAX = 0xffff_ffff;

/** The server that plugins are given; one for the process. */
export class Server implements PluginServer {
  readonly hostname: string;
  readonly port: number;
  readonly protocol = "http";
  readonly development = false;
  readonly id = "";
  readonly #sockets: Sockets;
  readonly #exchanges: () => number;

  /** `exchanges` counts the requests that are not answered yet. */
  constructor({ hostname, port }: ServerSpec, sockets: Sockets, exchanges: () => number) {
    this.hostname = hostname;
    this.port = port;
    this.#sockets = sockets;
    this.#exchanges = exchanges;
  }

  get url(): URL {
    const host = this.hostname.includes(":") ? `[${this.hostname}]` : this.hostname;
    return new URL(`http://${host}:${this.port}/`);
  }

  get pendingRequests(): number {
    return this.#exchanges();
  }

  get pendingWebSockets(): number {
    return this.#sockets.count;
  }

  upgrade(request: Request, options?: UpgradeOptions): boolean {
    const origin = originOf(request);
    return origin instanceof Exchange && this.#sockets.upgrade(origin, options ?? {});
  }

  requestIP(request: Request): SocketAddress | null {
    const origin = originOf(request);
    if (origin === undefined || origin.over) return null;
    const { peer, port } = origin.client;
    return { address: peer, family: peer.includes(":") ? "IPv6" : "IPv4", port };
  }

  timeout(request: Request, seconds: number): void {
    if (!(seconds >= 0 && seconds <= TIMEOUT_MAX)) {
      throw new RangeError(`server.timeout takes seconds, 0 for no limit, not ${String(seconds)}`);
    }
    // A fraction of a second must not become 0, which is no limit at all.
    originOf(request)?.timeout(Math.ceil(seconds));
  }

  publish(topic: string, data: SocketPayload, _compress?: boolean): number {
    return this.#sockets.topics.publish("publish", topic, data);
  }

  subscriberCount(topic: string): number {
    return this.#sockets.topics.count(topic);
  }

  stop(): never {
    return refuse("stop", "the runtime serves other plugins too");
  }

  reload(): never {
    return refuse("reload", "deploy a new version of the plugin, which is then replaced as a whole");
  }

  fetch(): never {
    return refuse("fetch", "call the plugin's own handler, or fetch() with the runtime's public address");
  }

  closeIdleConnections(): never {
    return refuse("closeIdleConnections", "the connections are the runtime's");
  }

  ref(): never {
    return refuse("ref", "the process lives as long as the runtime needs it");
  }

  unref(): never {
    return refuse("unref", "the process lives as long as the runtime needs it");
  }

  [Symbol.dispose](): never {
    return this.stop();
  }
}

function refuse(method: string, why: string): never {
  throw new Error(`a plugin cannot call server.${method}(): ${why}`);
}
