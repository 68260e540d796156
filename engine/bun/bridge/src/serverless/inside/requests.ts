import type { Log } from "../../log.ts";
import { Exchange } from "../../requests/exchange.ts";
import { serve } from "../../requests/serve.ts";
import { Frame, Violation } from "../../wire/frames.ts";
import type { FrameType } from "../../wire/frames.ts";
import { parseAbort, parseRequest } from "../../wire/messages.ts";
import type { FrameWriter } from "../../wire/writer.ts";
import type { AppSpec } from "../messages.ts";
import { answerApp } from "./answer.ts";
import type { App } from "./app.ts";

/** The requests that a Worker serves, by the numbers that the main thread gave them. */
export class Requests {
  /** Set before the first request comes. */
  app: App | undefined;
  readonly #spec: AppSpec;
  readonly #writer: FrameWriter;
  readonly #log: Log;
  readonly #exchanges = new Map<number, Exchange>();
  /** Requests that came in this batch: a small body is whole by its end. */
  #held: Exchange[] = [];

  constructor(spec: AppSpec, writer: FrameWriter, log: Log) {
    this.#spec = spec;
    this.#writer = writer;
    this.#log = log;
  }

  /** Takes one frame of a request. */
  frame(type: FrameType, id: number, payload: Buffer): void {
    if (type === Frame.Request) return this.#open(id, payload);
    const exchange = this.#exchanges.get(id);
    if (type === Frame.Abort) exchange?.aborted(parseAbort(payload));
    else exchange?.receive(type, payload);
  }

  /** Starts the batch's requests. */
  batchEnd(): void {
    const held = this.#held;
    this.#held = [];
    for (const exchange of held) if (!exchange.over) this.#serve(exchange);
  }

  #open(id: number, payload: Buffer): void {
    // The main thread has checked the plugin's index, which says nothing here.
    const head = parseRequest(payload, Number.MAX_SAFE_INTEGER);
    const exchange = new Exchange(id, head, false, this.#writer, (over) => this.#exchanges.delete(over));
    this.#exchanges.set(id, exchange);
    this.#held.push(exchange);
  }

  #serve(exchange: Exchange): void {
    const { app } = this;
    if (app === undefined) throw new Violation("a request before the module was loaded");
    void serve(this.#spec.plugin, exchange, this.#log, () => answerApp(app, this.#spec.base, exchange));
  }
}
