import { ReceiveWindow } from "../wire/window.ts";
import { Violation } from "../wire/frames.ts";

/** How much of a body `server.fetch` may read before its 404, so that `routes` can still be given it. */
export const REPLAY_MAX = 1024 * 1024;

const GONE_ON = "server.fetch answered 404: the request's body has gone on to routes";

/** A read that waits for the next bytes. */
interface Waiting {
  resolve(chunk: Uint8Array | null): void;
  reject(reason: unknown): void;
}

/**
 * A request's body on its way from DATA frames to the plugin. Holds at most one window of bytes
 * that the plugin has not asked for, and gives credit back as it asks.
 */
export class IncomingBody {
  readonly #window = new ReceiveWindow();
  readonly #giveCredit: (bytes: number) => void;
  /** Called with the first read, if the body comes only then. */
  #ask: (() => void) | undefined;
  #queue: Uint8Array[] = [];
  /** How many chunks at the queue's front were taken before, so need no credit. */
  #repeated = 0;
  #taken: Uint8Array[] | undefined;
  #takenBytes = 0;
  #complete = false;
  /** Whether a chunk has been taken since the start or the last rewind. */
  #begun = false;
  #failure: { reason: unknown } | undefined;
  #waiting: Waiting | undefined;
  /** Counts the readers; only the newest may read. */
  #turn = 0;

  /** `replay` keeps what is read, up to {@link REPLAY_MAX}, for {@link rewind}. `ask` is for a body that has to be asked for. */
  constructor(replay: boolean, giveCredit: (bytes: number) => void, ask?: () => void) {
    this.#giveCredit = giveCredit;
    this.#ask = ask;
    if (replay) this.#taken = [];
  }

  /** Takes a DATA frame's bytes, which it copies: plugins must not see their neighbours in the buffer. */
  receive(bytes: Uint8Array): void {
    if (this.#complete) throw new Violation("DATA after END");
    this.#window.receive(bytes.length);
    if (this.#failure !== undefined) return;
    this.#queue.push(Uint8Array.prototype.slice.call(bytes));
    this.#serveWaiting();
  }

  /** Takes END. */
  end(): void {
    if (this.#complete) throw new Violation("END after END");
    this.#complete = true;
    this.#serveWaiting();
  }

  /** Errors the plugin's reads if the rest of the body has not come, since it will not be taken any more. */
  dropRest(reason: unknown): void {
    if (!this.#complete) this.fail(reason);
  }

  /** Errors the plugin's reads from now on and drops what waits. */
  fail(reason: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { reason };
    this.#queue = [];
    this.#taken = undefined;
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
  }

  /** The body for the plugin's Request: bytes if all of it is here, else a stream that follows reads. */
  open(): Uint8Array | ReadableStream<Uint8Array> {
    this.#turn += 1;
    if (this.#complete && !this.#begun && this.#failure === undefined) return joined(this.#queue);
    const turn = this.#turn;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = await this.#next(turn);
          if (chunk === null) controller.close();
          else controller.enqueue(chunk);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Makes all of the body readable once more; whoever reads it now is cut off. */
  rewind(): void {
    this.#waiting?.reject(new Error(GONE_ON));
    this.#waiting = undefined;
    this.#turn += 1;
    if (this.#failure !== undefined) return;
    if (this.#taken === undefined) {
      throw new Error(
        `server.fetch read more than ${REPLAY_MAX} bytes of the body before it answered 404, so routes cannot be given the request`,
      );
    }
    this.#begun = false;
    this.#queue.unshift(...this.#taken);
    this.#repeated += this.#taken.length;
    this.#taken = undefined;
  }

  async #next(turn: number): Promise<Uint8Array | null> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (turn !== this.#turn) throw new Error(GONE_ON);
    const chunk = this.#queue.shift();
    if (chunk !== undefined) return this.#take(chunk);
    if (this.#complete) return null;
    this.#ask?.();
    this.#ask = undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #serveWaiting(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    const chunk = this.#queue.shift();
    waiting.resolve(chunk === undefined ? null : this.#take(chunk));
  }

  /** Counts a chunk as taken by the plugin. */
  #take(chunk: Uint8Array): Uint8Array {
    this.#begun = true;
    this.#keep(chunk);
    if (this.#repeated > 0) {
      this.#repeated -= 1;
      return chunk;
    }
    const credit = this.#window.take(chunk.length);
    if (credit > 0 && !this.#complete) this.#giveCredit(credit);
    return chunk;
  }

  #keep(chunk: Uint8Array): void {
    if (this.#taken === undefined) return;
    this.#takenBytes += chunk.length;
    if (this.#takenBytes > REPLAY_MAX) this.#taken = undefined;
    else this.#taken.push(chunk.slice());
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}
