import type { Connection } from "./connection.ts";
import { Intake } from "./intake.ts";
import { clip, Log, MESSAGE_MAX } from "./log.ts";
import type { Outcome, ShutdownError } from "./plugins/group.ts";
import { Group } from "./plugins/group.ts";
import { Frame, PROTOCOL, typeName, Violation } from "./wire/frames.ts";
import type { FrameType } from "./wire/frames.ts";
import type { PluginSpec } from "./wire/init.ts";
import { parseInit } from "./wire/init.ts";
import { parseShutdown } from "./wire/messages.ts";

// Taken before any plugin runs, which may replace it.
const exit = process.exit.bind(process);

/** The hooks that the runtime asks. */
const HOOKS = ["onRequest", "onResponse"] as const;

/** The worker's side of the protocol: which frame does what, from HELLO to BYE. */
export class Session {
  readonly log: Log;
  readonly #connection: Connection;
  #group: Group | undefined;
  #intake: Intake | undefined;
  #live = false;
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
      case Frame.Live:
        return this.#goLive();
      default:
        if (this.#intake === undefined) throw new Violation(`frame ${typeName(type)} before INIT`);
        return this.#intake.frame(type, stream, payload);
    }
  };

  /** Starts the requests that were held until their chunk's end. */
  readonly chunkEnd = (): void => {
    this.#intake?.chunkEnd();
  };

  #init(payload: Buffer): void {
    if (this.#group !== undefined) throw new Violation("a second INIT");
    const init = parseInit(payload);
    const group = new Group(init, this.log);
    this.#group = group;
    this.#intake = new Intake(group, init.server, this.#connection.writer, this.log);
    void this.#start(group);
  }

  async #start(group: Group): Promise<void> {
    await group.start((spec, outcome) => this.#connection.writer.json(Frame.Plugin, 0, report(spec, outcome)));
    if (!this.#ending) this.#connection.writer.json(Frame.Ready, 0, {});
  }

  #goLive(): void {
    if (this.#live || this.#intake === undefined) throw new Violation("LIVE before INIT or a second time");
    this.#live = true;
    void this.#group?.serverStarted(this.#intake.server);
  }

  #shutDown(payload: Buffer): void {
    const timeoutMs = parseShutdown(payload);
    if (this.#ending) throw new Violation("a second SHUTDOWN");
    this.#ending = true;
    void this.#leave(timeoutMs);
  }

  async #leave(timeoutMs: number): Promise<void> {
    const errors = (await this.#group?.shutDown(timeoutMs)) ?? [];
    this.#connection.writer.json(Frame.Bye, 0, { errors: fitting(errors) });
    await this.#connection.flushed();
    exit(0);
  }
}

/** A PLUGIN frame's payload. */
function report(spec: PluginSpec, outcome: Outcome): object {
  if ("plugin" in outcome) {
    const { impl } = outcome.plugin;
    const hooks = HOOKS.filter((name) => impl[name]);
    return { name: spec.name, state: "ready", hooks, onRequestFailOpen: impl.onRequestFailOpen ?? false };
  }
  const { reason, message, position } = outcome.failure;
  return { name: spec.name, state: "failed", reason, message: clip(message), position };
}

/** As many errors as one BYE may carry. */
function fitting(errors: readonly ShutdownError[]): ShutdownError[] {
  const short = errors.map(({ plugin, message }) => ({ plugin, message: clip(message, MESSAGE_MAX / 16) }));
  while (Buffer.byteLength(JSON.stringify(short)) > 60 * 1024) short.pop();
  return short;
}
