import type { Connection } from "./connection.ts";
import { clip, Log, MESSAGE_MAX } from "./log.ts";
import type { Outcome, ShutdownError } from "./plugins/group.ts";
import { Group } from "./plugins/group.ts";
import { Exchange } from "./requests/exchange.ts";
import { serve } from "./requests/serve.ts";
import { Frame, PROTOCOL, typeName, Violation } from "./wire/frames.ts";
import type { FrameType } from "./wire/frames.ts";
import type { PluginSpec } from "./wire/messages.ts";
import { parseAbort, parseInit, parseRequest, parseShutdown } from "./wire/messages.ts";

// Taken before any plugin runs, which may replace it.
const exit = process.exit.bind(process);

/** The worker's side of the protocol: which frame does what, from HELLO to BYE. */
export class Session {
  readonly log: Log;
  readonly #connection: Connection;
  readonly #exchanges = new Map<number, Exchange>();
  /** Requests with a body, held until the end of the chunk: a small body is then whole at once. */
  #held: Exchange[] = [];
  #group: Group | undefined;
  #ending = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.log = new Log(connection.writer);
  }

  /** The group's plugins, none before INIT. */
  get plugins(): readonly PluginSpec[] {
    return this.#group?.specs ?? [];
  }

  /** Introduces the worker. */
  hello(): void {
    this.#connection.writer.json(Frame.Hello, 0, {
      protocol: PROTOCOL,
      engine: `bun ${Bun.version}`,
      pid: process.pid,
    });
  }

  /** Takes one frame from the runtime. Throws {@link Violation} for one that breaks a rule. */
  readonly frame = (type: FrameType, stream: number, payload: Buffer): void => {
    switch (type) {
      case Frame.Init:
        return this.#init(payload);
      case Frame.Ping:
        return this.#connection.writer.bytes(Frame.Pong, 0, payload);
      case Frame.Shutdown:
        return this.#shutDown(payload);
      case Frame.Request:
        return this.#request(stream, payload);
      case Frame.Abort:
        return this.#exchanges.get(stream)?.aborted(parseAbort(payload));
      case Frame.Data:
      case Frame.End:
      case Frame.Credit:
        return this.#exchanges.get(stream)?.receive(type, payload);
      default:
        throw new Violation(`frame ${typeName(type)} is not the runtime's to send`);
    }
  };

  /** Starts the requests that were held until their chunk's end. */
  readonly chunkEnd = (): void => {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const exchange of held) if (!exchange.over) this.#serve(exchange);
  };

  #init(payload: Buffer): void {
    if (this.#group !== undefined) throw new Violation("a second INIT");
    const group = new Group(parseInit(payload), this.log);
    this.#group = group;
    void this.#start(group);
  }

  async #start(group: Group): Promise<void> {
    await group.start((spec, outcome) => this.#connection.writer.json(Frame.Plugin, 0, report(spec, outcome)));
    if (!this.#ending) this.#connection.writer.json(Frame.Ready, 0, {});
  }

  #request(stream: number, payload: Buffer): void {
    if (this.#exchanges.has(stream)) throw new Violation(`REQUEST on stream ${stream}, which is in use`);
    const head = parseRequest(payload, this.plugins.length);
    const impl = this.#group?.at(head.plugin)?.impl;
    const replay = Boolean(impl?.server && impl.routes);
    const exchange = new Exchange(stream, head, replay, this.#connection.writer, this.#release);
    this.#exchanges.set(stream, exchange);
    if (head.body) this.#held.push(exchange);
    else this.#serve(exchange);
  }

  readonly #release = (stream: number): void => {
    this.#exchanges.delete(stream);
  };

  #serve(exchange: Exchange): void {
    const plugin = this.#group?.at(exchange.head.plugin);
    if (plugin === undefined) exchange.sendAbort();
    else void serve(plugin, exchange, this.log);
  }

  #shutDown(payload: Buffer): void {
    const timeoutMs = parseShutdown(payload);
    if (this.#ending) throw new Violation("a second SHUTDOWN");
    this.#ending = true;
    void this.#leave(timeoutMs);
  }

  async #leave(timeoutMs: number): Promise<void> {
    const errors = (await this.#group?.shutDown(timeoutMs)) ?? [];
    for (const { plugin, message } of errors) this.log.write(plugin, "error", `onShutdown failed: ${message}`);
    this.#connection.writer.json(Frame.Bye, 0, { errors: fitting(errors) });
    await this.#connection.flushed();
    exit(0);
  }
}

/** A PLUGIN frame's payload. */
function report(spec: PluginSpec, outcome: Outcome): object {
  if ("plugin" in outcome) return { name: spec.name, state: "ready", hooks: [] };
  const { reason, message, position } = outcome.failure;
  return { name: spec.name, state: "failed", reason, message: clip(message), position };
}

/** As many errors as one BYE may carry; the log has all. */
function fitting(errors: readonly ShutdownError[]): ShutdownError[] {
  const short = errors.map(({ plugin, message }) => ({ plugin, message: clip(message, MESSAGE_MAX / 16) }));
  while (Buffer.byteLength(JSON.stringify(short)) > 60 * 1024) short.pop();
  return short;
}
