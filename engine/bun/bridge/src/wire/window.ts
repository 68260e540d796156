import { CREDIT_STEP, Violation, WINDOW } from "./frames.ts";

/** How many bytes of DATA this side may still send on a stream. */
export class SendWindow {
  #available = WINDOW;
  #wake: (() => void) | undefined;

  /** Bytes that may be sent now. */
  get available(): number {
    return this.#available;
  }

  /** Counts bytes as sent; at most {@link available}. */
  spend(count: number): void {
    this.#available -= count;
  }

  /** Adds the peer's CREDIT. Throws {@link Violation} if it acknowledges more than was sent. */
  grant(count: number): void {
    if (count > WINDOW - this.#available)
      throw new Violation(`CREDIT of ${count} bytes acknowledges more than was sent`);
    this.#available += count;
    this.release();
  }

  /** Resolves with the next grant or with {@link release}. One waiter at a time. */
  opened(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Wakes the waiter without credit, since the stream is over. */
  release(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

/** How many bytes of DATA the peer may still send on a stream. */
export class ReceiveWindow {
  #available = WINDOW;
  #taken = 0;

  /** Counts bytes as received. Throws {@link Violation} beyond the credit. */
  receive(count: number): void {
    if (count > this.#available)
      throw new Violation(`DATA exceeds its stream's credit by ${count - this.#available} bytes`);
    this.#available -= count;
  }

  /** Counts bytes as taken by the consumer; returns the CREDIT to send now, 0 for none yet. */
  take(count: number): number {
    this.#taken += count;
    if (this.#taken < CREDIT_STEP) return 0;
    const credit = this.#taken;
    this.#taken = 0;
    this.#available += credit;
    return credit;
  }
}
