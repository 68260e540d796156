import type { FrameType } from "../wire/frames.ts";
import type { FrameSink } from "../wire/reader.ts";
import { FrameReader } from "../wire/reader.ts";
import { FrameWriter } from "../wire/writer.ts";

/** Says that a batch of frames has been taken. */
const TAKEN = 0;

/** Who hears of what comes through a {@link FramePort}. */
export interface PortListener<In> {
  readonly frame: FrameSink;
  /** Called after all frames of one batch. */
  batchEnd(): void;
  /** Takes a message that is no frame. */
  message(message: In): void;
}

/**
 * One end of what connects the process's main thread and a Worker: the worker protocol's frames in
 * batches, and between them messages of the pool's own. Everything arrives in the order it was sent.
 *
 * It is a MessagePort of its own, so that plugins may use the Worker's postMessage as they like.
 */
export class FramePort<Out extends object, In extends object> {
  /** Frames written here leave together at the end of the event loop's turn. */
  readonly writer = new FrameWriter(() => this.#wake());
  readonly #port: MessagePort;
  readonly #paced: boolean;
  #scheduled = false;
  #closed = false;
  /** Whether a batch is under way that the other side has not taken yet. */
  #untaken = false;

  /** `paced` sends a batch only when the one before has been taken, so that what waits, waits in `writer`. */
  constructor(port: MessagePort, accepted: readonly FrameType[], paced: boolean, listener: PortListener<In>) {
    this.#port = port;
    this.#paced = paced;
    const reader = new FrameReader(accepted, listener.frame);
    port.onmessage = (event: { readonly data: Uint8Array | typeof TAKEN | In }) => {
      const { data } = event;
      if (this.#closed) return;
      if (data === TAKEN) return this.#taken();
      if (!(data instanceof Uint8Array)) return listener.message(data);
      reader.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      if (!paced) port.postMessage(TAKEN);
      listener.batchEnd();
    };
  }

  /** Sends a message behind all frames that were written before. */
  post(message: Out): void {
    if (this.#closed) return;
    this.#send();
    this.#port.postMessage(message);
  }

  /** Lets go of the port; nothing comes or leaves any more. */
  close(): void {
    this.#closed = true;
    this.#port.close();
  }

  #wake(): void {
    if (this.#scheduled || this.#untaken || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#untaken) this.#send();
    });
  }

  #taken(): void {
    this.#untaken = false;
    this.#send();
  }

  #send(): void {
    const { size } = this.writer;
    if (size === 0 || this.#closed) return;
    const batch = Uint8Array.prototype.slice.call(this.writer.waiting());
    this.writer.sent(size);
    this.#untaken = this.#paced;
    this.#port.postMessage(batch, [batch.buffer]);
  }
}
