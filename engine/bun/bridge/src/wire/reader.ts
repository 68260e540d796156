import { COUNTED_HEADER, HEADER, ruleOf, typeName, Violation } from "./frames.ts";
import type { FrameRule, FrameType } from "./frames.ts";

/** Takes one whole frame. `payload` is a view into a shared buffer: copy what outlives the call. */
export type FrameSink = (type: FrameType, stream: number, payload: Buffer) => void;

/**
 * Cuts a byte stream into frames, however it was split on its way.
 *
 * Frames that lie whole in a chunk are delivered from it without a copy. One that continues in
 * later chunks is gathered in a buffer of its own size, so each byte is copied at most once.
 */
export class FrameReader {
  readonly #rules: (FrameRule | undefined)[] = [];
  readonly #sink: FrameSink;
  /** The frame that waits for more bytes; of its header's size until its length is known. */
  #partial: Buffer = Buffer.alloc(HEADER);
  #filled = 0;

  /** A reader that takes the given types and passes their frames to `sink`. */
  constructor(accepted: readonly FrameType[], sink: FrameSink) {
    for (const type of accepted) this.#rules[type] = ruleOf(type);
    this.#sink = sink;
  }

  /** Takes the next bytes. Throws {@link Violation} for a frame that breaks a rule. */
  push(chunk: Buffer): void {
    let at = this.#filled > 0 ? this.#continuePartial(chunk) : 0;
    while (chunk.length - at >= HEADER) {
      const size = this.#sizeOf(chunk, at);
      if (chunk.length - at < size) break;
      this.#deliver(chunk, at, size);
      at += size;
    }
    if (at < chunk.length) this.#keepPartial(chunk, at);
  }

  /** Fills the waiting frame and delivers it if that completes it; returns the bytes used. */
  #continuePartial(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length) {
      const taken = chunk.copy(this.#partial, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled < this.#partial.length) break;
      const size = this.#sizeOf(this.#partial, 0);
      if (size > this.#partial.length) {
        this.#partial = grown(this.#partial, size);
        continue;
      }
      const whole = this.#partial;
      this.#partial = Buffer.alloc(HEADER);
      this.#filled = 0;
      this.#deliver(whole, 0, size);
      break;
    }
    return at;
  }

  #keepPartial(chunk: Buffer, at: number): void {
    const rest = chunk.length - at;
    if (rest >= HEADER) this.#partial = Buffer.allocUnsafeSlow(this.#sizeOf(chunk, at));
    this.#filled = chunk.copy(this.#partial, 0, at);
  }

  /** The whole frame's size in bytes, once its header has passed the rules. */
  #sizeOf(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at);
    const type = bytes[at + 4] as number;
    const rule = this.#rules[type];
    if (rule === undefined) throw new Violation(`frame of unknown type ${typeName(type)}`);
    const payload = length - COUNTED_HEADER;
    if (payload < rule.min || payload > rule.max) {
      throw new Violation(`frame ${typeName(type)} of ${payload} bytes, ${rule.min} to ${rule.max} allowed`);
    }
    const stream = bytes.readUInt32BE(at + 5);
    if ((stream === 0) !== (rule.stream === "connection")) {
      throw new Violation(`frame ${typeName(type)} on stream ${stream}`);
    }
    return HEADER + payload;
  }

  #deliver(bytes: Buffer, at: number, size: number): void {
    this.#sink(bytes[at + 4] as FrameType, bytes.readUInt32BE(at + 5), bytes.subarray(at + HEADER, at + size));
  }
}

function grown(header: Buffer, size: number): Buffer {
  const whole = Buffer.allocUnsafeSlow(size);
  header.copy(whole);
  return whole;
}
