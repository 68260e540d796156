import { askOnRequest } from "./hooks/on-request.ts";
import { askOnResponse, ResponseExchange } from "./hooks/on-response.ts";
import type { Log } from "./log.ts";
import type { Group } from "./plugins/group.ts";
import type { ReadyPlugin } from "./plugins/start.ts";
import { answer } from "./requests/answer.ts";
import { Exchange } from "./requests/exchange.ts";
import { labelOf, serve } from "./requests/serve.ts";
import { Streams } from "./requests/streams.ts";
import { Server } from "./server/server.ts";
import type { ServerlessPlugin } from "./serverless/plugin.ts";
import { PooledStream } from "./serverless/stream.ts";
import { Sockets } from "./sockets/sockets.ts";
import { Frame, typeName, Violation } from "./wire/frames.ts";
import type { FrameType } from "./wire/frames.ts";
import type { ServerSpec } from "./wire/init.ts";
import type { RequestHead } from "./wire/messages.ts";
import { parseAbort, parseOnRequest, parseOnResponse, parseRequest } from "./wire/messages.ts";
import type { FrameWriter } from "./wire/writer.ts";

/** The streams of a group: what opens one, and who takes its frames. */
export class Intake {
  /** What plugins are given as the server. */
  readonly server: Server;
  readonly #group: Group;
  readonly #writer: FrameWriter;
  readonly #log: Log;
  readonly #streams = new Streams();
  /** Requests with a body, held until the end of the chunk: a small body is then whole at once. */
  #held: Exchange[] = [];

  constructor(group: Group, spec: ServerSpec, writer: FrameWriter, log: Log) {
    this.#group = group;
    this.#writer = writer;
    this.#log = log;
    const sockets = new Sockets(writer, log, this.#streams, (plugin) => group.at(plugin)?.sockets);
    this.server = new Server(spec, sockets, () => this.#pending());
  }

  /** Takes a frame of a stream. Throws {@link Violation} for one that breaks a rule. */
  frame(type: FrameType, id: number, payload: Buffer): void {
    switch (type) {
      case Frame.Request:
        return this.#request(id, payload);
      case Frame.OnRequest:
        return this.#onRequest(id, payload);
      case Frame.OnResponse:
        return this.#onResponse(id, payload);
      case Frame.Abort:
        return this.#streams.get(id)?.aborted(parseAbort(payload));
      default:
        if (id === 0) throw new Violation(`frame ${typeName(type)} is not the runtime's to send`);
        return this.#streams.get(id)?.receive(type, payload);
    }
  }

  /** Starts the requests that were held until their chunk's end. */
  chunkEnd(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const exchange of held) if (!exchange.over) this.#serve(exchange);
  }

  #request(id: number, payload: Buffer): void {
    const head = parseRequest(payload, this.#group.specs.length);
    const plugin = this.#group.at(head.plugin);
    if (plugin?.serverless) return this.#toPool(plugin.serverless, id, head, payload);
    const replay = Boolean(plugin?.impl.server?.fetch && plugin.impl.routes);
    const exchange = new Exchange(id, head, replay, this.#writer, this.#streams.release);
    this.#streams.add(id, exchange);
    if (head.body) this.#held.push(exchange);
    else this.#serve(exchange);
  }

  #serve(exchange: Exchange): void {
    const plugin = this.#group.at(exchange.head.plugin);
    if (plugin === undefined) exchange.sendAbort();
    else void serve(plugin.name, exchange, this.#log, () => answer(plugin, exchange, this.server));
  }

  /** Passes a request on to a serverless plugin's Workers. */
  #toPool(plugin: ServerlessPlugin, id: number, head: RequestHead, payload: Buffer): void {
    const pooled = new PooledStream(payload, () => labelOf(head), {
      frame: (type, bytes) => this.#writer.bytes(type, id, bytes),
      over: () => this.#streams.release(id),
    });
    this.#streams.add(id, pooled);
    plugin.open(pooled);
  }

  #onRequest(id: number, payload: Buffer): void {
    const hook = parseOnRequest(payload, this.#group.specs.length);
    const exchange = new Exchange(id, { ...hook, upgrade: false }, false, this.#writer, this.#streams.release, true);
    this.#hook("onRequest", exchange, (plugin) => askOnRequest(plugin, exchange, hook.app));
  }

  #onResponse(id: number, payload: Buffer): void {
    const hook = parseOnResponse(payload, this.#group.specs.length);
    const exchange = new ResponseExchange(id, hook, this.#writer, this.#streams.release);
    this.#hook("onResponse", exchange, (plugin) => askOnResponse(plugin, exchange, hook));
  }

  #hook(what: string, exchange: Exchange, ask: (plugin: ReadyPlugin) => Promise<Response | undefined>): void {
    this.#streams.add(exchange.id, exchange);
    const plugin = this.#group.at(exchange.head.plugin);
    if (plugin === undefined) exchange.sendAbort();
    else void serve(plugin.name, exchange, this.#log, () => ask(plugin), what);
  }

  /** How many requests are not answered yet. */
  #pending(): number {
    let count = 0;
    for (const stream of this.#streams.values()) if (isRequest(stream)) count += 1;
    return count;
  }
}

function isRequest(stream: unknown): boolean {
  return stream instanceof PooledStream || (stream instanceof Exchange && !stream.hook);
}
