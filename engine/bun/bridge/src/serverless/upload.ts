import { DATA_MAX, Frame } from "../wire/frames.ts";
import { SendWindow } from "../wire/window.ts";
import type { PooledStream } from "./stream.ts";

/** Sends a body on a stream, as fast as there is credit for it. */
export class Upload {
  readonly #stream: PooledStream;
  readonly #window = new SendWindow();

  constructor(stream: PooledStream) {
    this.#stream = stream;
  }

  /** Takes CREDIT's payload. */
  grant(payload: Buffer): void {
    this.#window.grant(payload.readUInt32BE(0));
  }

  /** Stops, since the stream is over. */
  release(): void {
    this.#window.release();
  }

  /** Sends all of the body; false if it has more than `max` bytes, of which the last are not sent. */
  async send(body: ReadableStream<Uint8Array>, max: number): Promise<boolean> {
    let total = 0;
    for await (const chunk of body) {
      if (this.#stream.over) return true;
      total += chunk.length;
      if (total > max) return false;
      await this.#sendChunk(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
    this.#stream.receive(Frame.End, Buffer.alloc(0));
    return true;
  }

  async #sendChunk(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#stream.over;) {
      const count = Math.min(chunk.length - at, this.#window.available, DATA_MAX);
      if (count === 0) {
        await this.#window.opened();
        continue;
      }
      this.#window.spend(count);
      this.#stream.receive(Frame.Data, chunk.subarray(at, at + count));
      at += count;
    }
  }
}
