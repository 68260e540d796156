/** The longest time that a timer takes; it would fire at once beyond it. */
export const TIMER_MAX = 2 ** 31 - 1;

/**
 * The work's outcome, or a rejection with what `late` makes if it takes longer than `ms`.
 * A rejection that comes after that is dropped: its plugin has failed already.
 */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: Timer | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.min(ms, TIMER_MAX));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A share of a {@link SharedTime} that did not do; its message is all that there is to say. */
export class TimeUsedUp extends Error {
  override readonly name = "TimeUsedUp";
}

/** A time that several pieces of work share, one after the other. */
export class SharedTime {
  readonly #ms: number;
  readonly #start = performance.now();
  #usedUp = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Does the work, called `what` in errors, in what is left of the time; throws {@link TimeUsedUp} if that does not do. */
  async spend(what: string, work: () => unknown): Promise<void> {
    const left = this.#ms - (performance.now() - this.#start);
    if (this.#usedUp || left <= 0)
      throw new TimeUsedUp(`${what} was not called, since the ${this.#ms} ms for all plugins were used up`);
    const done = (async () => work())();
    await within<unknown>(left, done, () => {
      this.#usedUp = true;
      return new TimeUsedUp(`${what} did not end within the ${this.#ms} ms for all plugins`);
    });
  }
}
