import type { Log } from "../log.ts";
import type { Exchange } from "../requests/exchange.ts";
import type { Streams } from "../requests/streams.ts";
import type { FrameWriter } from "../wire/writer.ts";
import { acceptOf } from "./accept.ts";
import type { SocketKind } from "./kind.ts";
import type { Host } from "./link.ts";
import { Link } from "./link.ts";
import { Socket } from "./socket.ts";
import { Topics } from "./topics.ts";

/** What `server.upgrade` takes beside the request. */
export interface UpgradeOptions {
  headers?: ConstructorParameters<typeof Headers>[0];
  data?: unknown;
}

/** The process's WebSockets. */
export class Sockets implements Host {
  readonly topics = new Topics();
  readonly #streams: Streams;
  readonly #kindOf: (plugin: number) => SocketKind | undefined;
  #count = 0;

  /** `kindOf` gives the kind of a plugin's sockets by its index in INIT; undefined if it takes none. */
  constructor(
    readonly writer: FrameWriter,
    readonly log: Log,
    streams: Streams,
    kindOf: (plugin: number) => SocketKind | undefined,
  ) {
    this.#streams = streams;
    this.#kindOf = kindOf;
  }

  /** How many are not over. */
  get count(): number {
    return this.#count;
  }

  /** Makes a socket of a request and calls its `open`; false if the request cannot become one. */
  upgrade(exchange: Exchange, { headers, data }: UpgradeOptions): boolean {
    const kind = this.#kindOf(exchange.head.plugin);
    if (kind === undefined)
      throw new Error("server.upgrade needs websocket: give the PluginImpl websocket: { message(ws, message) {} }");
    if (!exchange.upgradable) return false;
    exchange.accept(acceptOf(exchange, kind, new Headers(headers)));
    const link = new Link(exchange.id, kind, this);
    link.socket = new Socket(link, this.topics, exchange.client.peer, data);
    this.#streams.add(link.id, link);
    this.#count += 1;
    link.call("open");
    return true;
  }

  closed(link: Link): void {
    this.topics.leave(link);
  }

  over(link: Link): void {
    this.#streams.release(link.id);
    this.#count -= 1;
  }
}
