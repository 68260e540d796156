import { Frame, typeName, Violation } from "../wire/frames.ts";
import type { FrameType } from "../wire/frames.ts";
import { ReceiveWindow } from "../wire/window.ts";
import type { MessageType } from "./payload.ts";

/** A whole message from the client; `bytes` has memory of its own. */
export interface Incoming {
  readonly type: MessageType;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Puts a socket's messages together from their pieces, and holds them back while it is paused. Gives
 * credit back for a message when it has been handled; for its pieces before the last as they come,
 * since it may be larger than the window.
 */
export class Inbox {
  readonly #window = new ReceiveWindow();
  readonly #max: number;
  readonly #handle: (message: Incoming) => void;
  readonly #giveCredit: (bytes: number) => void;
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #type: MessageType | undefined;
  #size = 0;
  #held: { readonly message: Incoming; readonly credit: number }[] = [];
  #paused = false;

  /** `max` is the largest message, in bytes. */
  constructor(max: number, handle: (message: Incoming) => void, giveCredit: (bytes: number) => void) {
    this.#max = max;
    this.#handle = handle;
    this.#giveCredit = giveCredit;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Takes one frame's payload. Throws {@link Violation} for one that breaks a rule. */
  receive(type: FrameType, payload: Buffer): void {
    this.#window.receive(payload.length);
    const { length } = payload;
    if (type === Frame.WsPing || type === Frame.WsPong) return this.#arrived({ type, bytes: copied(payload) }, length);
    if (type !== Frame.WsText && type !== Frame.WsBinary) throw new Violation(`${typeName(type)} for a WebSocket`);
    if (this.#type !== undefined && this.#type !== type) throw new Violation("a message of two types");
    this.#size += length - 1;
    if (this.#size > this.#max) throw new Violation(`a message of more than ${this.#max} bytes`);
    this.#pieces.push(copied(payload));
    this.#type = type;
    if (payload[0] === 1) this.#arrived({ type, bytes: this.#whole() }, length);
    else this.#taken(length);
  }

  /** Holds messages back. */
  pause(): void {
    this.#paused = true;
  }

  /** Hands over what was held back, and what comes from now on. */
  resume(): void {
    this.#paused = false;
    while (!this.#paused) {
      const held = this.#held.shift();
      if (held === undefined) return;
      this.#handle(held.message);
      this.#taken(held.credit);
    }
  }

  #arrived(message: Incoming, credit: number): void {
    if (this.#paused || this.#held.length > 0) {
      this.#held.push({ message, credit });
      return;
    }
    this.#handle(message);
    this.#taken(credit);
  }

  #whole(): Uint8Array<ArrayBuffer> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#size = 0;
    this.#type = undefined;
    if (pieces.length === 1) return pieces[0] as Uint8Array<ArrayBuffer>;
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #taken(bytes: number): void {
    const credit = this.#window.take(bytes);
    if (credit > 0) this.#giveCredit(credit);
  }
}

/** A payload behind its first byte, in memory of its own. */
function copied(payload: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(payload.subarray(1));
}
