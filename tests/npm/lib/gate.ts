/** Holds a stream back until the test has seen what was sent so far. */
export class Gate {
  private opened = 0;
  private waiting: (() => void)[] = [];

  /** Lets one waiter through: the one that waits, or the next that comes. */
  open(): void {
    const first = this.waiting.shift();
    if (first) first();
    else this.opened += 1;
  }

  /** Waits for one `open`. */
  async passed(): Promise<void> {
    if (this.opened > 0) {
      this.opened -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
