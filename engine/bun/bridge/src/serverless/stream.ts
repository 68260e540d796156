import { TIMER_MAX } from "../plugins/limit.ts";
import type { Stream } from "../requests/streams.ts";
import { Frame, typeName, Violation, WINDOW } from "../wire/frames.ts";
import type { FrameType } from "../wire/frames.ts";
import type { FrameWriter } from "../wire/writer.ts";

/** Who asked a request of a pool. */
export interface Asker {
  /** Takes a frame of the answer; `payload` is only lent. */
  frame(type: FrameType, payload: Buffer): void;
  /** Called once, when the stream is over. */
  over(): void;
}

/** Why a request got no whole response, in ABORT's `code`. */
export type FailCode =
  /** No response head came in time; the Worker was ended. */
  | "WORKER_TIMEOUT"
  /** The Worker ended under the request: an error that nobody caught, process.exit, another request's timeout. */
  | "WORKER_CRASHED"
  /** Too many requests wait for a Worker, or this one waited too long. */
  | "WORKER_UNAVAILABLE"
  /** The module did not load in a new Worker. */
  | "PLUGIN_ERROR";

interface Waiting {
  readonly type: FrameType;
  readonly payload: Buffer;
}

/**
 * One request on its way through a pool. Until it has a Worker its frames wait here; afterwards they
 * pass through, and only their types are looked at, to know when the stream is over.
 */
export class PooledStream implements Stream {
  /** Whether it ended with ABORT from this side. */
  failed = false;
  readonly #asker: Asker;
  #waiting: Waiting[] | undefined = [];
  #waitingBytes = 0;
  #toWorker: { readonly writer: FrameWriter; readonly id: number } | undefined;
  #over = false;
  #limit: Timer | undefined;
  /** Set by the pool: called once, when the stream is over; `byClient` if the client ended it. */
  whenOver: (byClient: boolean) => void = () => {};

  /** `request` is REQUEST's payload; `label` says for the log which request it is. */
  constructor(
    request: Uint8Array,
    readonly label: () => string,
    asker: Asker,
  ) {
    this.#asker = asker;
    this.#keep(Frame.Request, request);
  }

  /** Whether nothing more is sent or taken. */
  get over(): boolean {
    return this.#over;
  }

  /** Calls `late` unless the response's head comes within so many milliseconds; replaces the limit before. */
  limit(ms: number, late: () => void): void {
    clearTimeout(this.#limit);
    this.#limit = setTimeout(late, Math.min(ms, TIMER_MAX));
  }

  /** Takes a frame of the request: DATA, END or CREDIT. */
  receive(type: FrameType, payload: Buffer): void {
    if (type !== Frame.Data && type !== Frame.End && type !== Frame.Credit)
      throw new Violation(`${typeName(type)} for a request`);
    if (this.#over) return;
    if (this.#toWorker === undefined) this.#keep(type, payload);
    else this.#toWorker.writer.bytes(type, this.#toWorker.id, payload);
  }

  /** Ends the stream from the client's side. */
  aborted(message: string): void {
    if (this.#over) return;
    this.#toWorker?.writer.json(Frame.Abort, this.#toWorker.id, { code: "CLIENT_GONE", message });
    this.#end(true);
  }

  /** Gives the request to a Worker, which knows it as `id`. */
  assign(writer: FrameWriter, id: number): void {
    this.#toWorker = { writer, id };
    for (const { type, payload } of this.#waiting ?? []) writer.bytes(type, id, payload);
    this.#waiting = undefined;
  }

  /** Takes a frame from the Worker. */
  deliver(type: FrameType, payload: Buffer): void {
    if (this.#over) return;
    const last = type === Frame.End || type === Frame.Abort || (type === Frame.Response && !hasBody(payload));
    if (type === Frame.Response) clearTimeout(this.#limit);
    if (type === Frame.Abort) this.failed = true;
    this.#asker.frame(type, payload);
    if (last) this.#end(false);
  }

  /** Ends the stream because there is no Worker to answer it. `message` may reach a client. */
  fail(code: FailCode, message: string): void {
    if (this.#over) return;
    this.failed = true;
    this.#asker.frame(Frame.Abort, Buffer.from(JSON.stringify({ code, message })));
    this.#end(false);
  }

  #keep(type: FrameType, payload: Uint8Array): void {
    if (type === Frame.Data) this.#waitingBytes += payload.length;
    if (this.#waitingBytes > WINDOW) throw new Violation("DATA exceeds its stream's credit");
    this.#waiting?.push({ type, payload: Buffer.from(payload) });
  }

  #end(byClient: boolean): void {
    this.#over = true;
    clearTimeout(this.#limit);
    this.#waiting = undefined;
    this.#asker.over();
    this.whenOver(byClient);
  }
}

function hasBody(head: Buffer): boolean {
  return (JSON.parse(head.toString()) as { body: boolean }).body;
}
