import type { FrameType } from "../wire/frames.ts";
import { Violation } from "../wire/frames.ts";

/** What takes the frames of one stream. */
export interface Stream {
  /** Takes any frame but ABORT. Throws {@link Violation} for one that does not belong here. */
  receive(type: FrameType, payload: Buffer): void;
  /** Takes ABORT: nothing may be sent any more. `message` says why. */
  aborted(message: string): void;
}

/** The streams that are not over, by number. */
export class Streams {
  readonly #open = new Map<number, Stream>();

  /** Opens a stream. Throws {@link Violation} if its number is in use. */
  add(id: number, stream: Stream): void {
    if (this.#open.has(id)) throw new Violation(`a new stream ${id}, which is in use`);
    this.#open.set(id, stream);
  }

  /** The stream of a number; undefined if it is over. */
  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  /** Forgets a stream that is over. */
  readonly release = (id: number): void => {
    this.#open.delete(id);
  };

  /** All that are not over. */
  values(): Iterable<Stream> {
    return this.#open.values();
  }
}
