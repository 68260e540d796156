import { PIECE_MAX } from "../wire/frames.ts";
import { SendWindow } from "../wire/window.ts";
import type { FrameWriter } from "../wire/writer.ts";
import type { MessageType, Outgoing } from "./payload.ts";

/** The byte before a message's last piece, as text. */
const LAST = "\x01";
const encoder = new TextEncoder();

/** A message that waits, from `at` on. */
interface Waiting {
  readonly type: MessageType;
  /** A Blob until it has been read. */
  bytes: Uint8Array | Blob;
  at: number;
  readonly size: number;
}

/** What a socket sends: at once as far as its credit goes, the rest in the same order as credit comes. */
export class Outbox {
  readonly #id: number;
  readonly #writer: FrameWriter;
  readonly #window = new SendWindow();
  #queue: Waiting[] = [];
  #buffered = 0;
  readonly #emptied: () => void;

  /** `id` is the stream's number. `emptied` is called when all has been sent that had to wait. */
  constructor(id: number, writer: FrameWriter, emptied: () => void) {
    this.#id = id;
    this.#writer = writer;
    this.#emptied = emptied;
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#queue.length === 0;
  }

  /** Bytes that wait for credit. */
  get buffered(): number {
    return this.#buffered;
  }

  /** Sends or queues a message; false if it waits. */
  send({ type, size, content }: Outgoing): boolean {
    if (this.#queue.length === 0 && size < this.#window.available && size <= PIECE_MAX && !(content instanceof Blob)) {
      this.#window.spend(size + 1);
      if (typeof content === "string") this.#writer.text(type, this.#id, LAST + content);
      else this.#writer.piece(type, this.#id, 1, content);
      return true;
    }
    const waiting: Waiting = { type, bytes: owned(content), at: 0, size };
    this.#queue.push(waiting);
    this.#buffered += size;
    if (waiting.bytes instanceof Blob) void this.#read(waiting, waiting.bytes);
    this.#pump();
    return this.empty;
  }

  /** Takes CREDIT. Throws as {@link SendWindow}. */
  grant(count: number): void {
    this.#window.grant(count);
    if (this.empty) return;
    this.#pump();
    if (this.empty) this.#emptied();
  }

  /** Drops what waits. */
  clear(): void {
    this.#queue = [];
    this.#buffered = 0;
  }

  #pump(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      if (first.bytes instanceof Blob || !this.#sendPieces(first, first.bytes)) return;
      this.#queue.shift();
    }
  }

  /** Sends as much of a message as there is credit for; true if that was all. */
  #sendPieces(message: Waiting, bytes: Uint8Array): boolean {
    for (;;) {
      const rest = message.size - message.at;
      const room = Math.min(this.#window.available - 1, PIECE_MAX);
      if (room < 0 || (room === 0 && rest > 0)) return false;
      const count = Math.min(rest, room);
      this.#window.spend(count + 1);
      const piece = bytes.subarray(message.at, message.at + count);
      this.#writer.piece(message.type, this.#id, count === rest ? 1 : 0, piece);
      message.at += count;
      this.#buffered -= count;
      if (count === rest) return true;
    }
  }

  /** Reads a Blob, behind which the rest of the queue waits. One that cannot be read is dropped. */
  async #read(message: Waiting, blob: Blob): Promise<void> {
    const bytes = await blob.bytes().catch(() => undefined);
    const at = this.#queue.indexOf(message);
    if (at < 0) return;
    if (bytes?.length === message.size) message.bytes = bytes;
    else {
      this.#queue.splice(at, 1);
      this.#buffered -= message.size;
    }
    this.#pump();
    if (this.empty) this.#emptied();
  }
}

/** What the plugin may change later is copied. */
function owned(content: string | Uint8Array | Blob): Uint8Array | Blob {
  if (typeof content === "string") return encoder.encode(content);
  return content instanceof Blob ? content : Uint8Array.prototype.slice.call(content);
}
