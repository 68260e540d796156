import { COUNTED_HEADER, FrameTooLarge, HEADER, ruleOf, typeName } from "./frames.ts";
import type { FrameType } from "./frames.ts";

const INITIAL = 64 * 1024;
/** An emptied buffer that has grown beyond this is given back. */
const KEEP = 1024 * 1024;

/**
 * Gathers frames in one buffer, so that all frames of a turn leave with one write.
 *
 * What waits here is bounded by who writes: bodies by their credit, logs by the logger.
 */
export class FrameWriter {
  readonly #wake: () => void;
  #buffer = Buffer.allocUnsafeSlow(INITIAL);
  #start = 0;
  #end = 0;

  /** `wake` is called for each frame, after it has been added. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Bytes that wait to be sent. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** Adds a frame with a JSON payload. Throws {@link FrameTooLarge} and adds nothing if it exceeds its bound. */
  json(type: FrameType, stream: number, value: object): void {
    this.text(type, stream, JSON.stringify(value));
  }

  /** Adds a frame with this text in UTF-8. Throws {@link FrameTooLarge} as {@link json}. */
  text(type: FrameType, stream: number, text: string): void {
    this.#reserve(HEADER + text.length * 3);
    const length = this.#buffer.write(text, this.#end + HEADER, "utf8");
    if (length > ruleOf(type).max) {
      throw new FrameTooLarge(`frame ${typeName(type)} of ${length} bytes, at most ${ruleOf(type).max} allowed`);
    }
    this.#commit(type, stream, length);
  }

  /** Adds a frame with these bytes, which are copied. */
  bytes(type: FrameType, stream: number, payload: Uint8Array): void {
    this.#reserve(HEADER + payload.length);
    this.#buffer.set(payload, this.#end + HEADER);
    this.#commit(type, stream, payload.length);
  }

  /** Adds a frame of one byte, `first`, and these bytes, which are copied. */
  piece(type: FrameType, stream: number, first: number, bytes: Uint8Array): void {
    this.#reserve(HEADER + 1 + bytes.length);
    this.#buffer[this.#end + HEADER] = first;
    this.#buffer.set(bytes, this.#end + HEADER + 1);
    this.#commit(type, stream, 1 + bytes.length);
  }

  /** Adds a frame without payload. */
  empty(type: FrameType, stream: number): void {
    this.#reserve(HEADER);
    this.#commit(type, stream, 0);
  }

  /** Adds a frame whose payload is one u32. */
  number(type: FrameType, stream: number, value: number): void {
    this.#reserve(HEADER + 4);
    this.#buffer.writeUInt32BE(value, this.#end + HEADER);
    this.#commit(type, stream, 4);
  }

  /** The waiting bytes, valid until the next call of any other method. */
  waiting(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Drops the first `count` of the waiting bytes, since they are sent. */
  sent(count: number): void {
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    if (this.#buffer.length > KEEP) this.#buffer = Buffer.allocUnsafeSlow(INITIAL);
  }

  #commit(type: FrameType, stream: number, length: number): void {
    const at = this.#end;
    this.#buffer.writeUInt32BE(length + COUNTED_HEADER, at);
    this.#buffer[at + 4] = type;
    this.#buffer.writeUInt32BE(stream, at + 5);
    this.#end = at + HEADER + length;
    this.#wake();
  }

  /** Makes room for so many bytes behind what waits. */
  #reserve(count: number): void {
    if (this.#end + count <= this.#buffer.length) return;
    const needed = this.size + count;
    const target = needed * 2 <= this.#buffer.length ? this.#buffer : Buffer.allocUnsafeSlow(needed * 2);
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    this.#buffer = target;
  }
}
