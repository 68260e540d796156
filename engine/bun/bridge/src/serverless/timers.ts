import { TIMER_MAX } from "../plugins/limit.ts";

/** Named time limits; to set one again replaces it. */
export class Timers<Name extends string> {
  readonly #timers = new Map<Name, Timer>();

  /** Calls `late` after so many milliseconds; never for an infinite number. */
  set(name: Name, ms: number, late: () => void): void {
    this.clear(name);
    if (Number.isFinite(ms)) this.#timers.set(name, setTimeout(late, Math.min(ms, TIMER_MAX)));
  }

  has(name: Name): boolean {
    return this.#timers.has(name);
  }

  clear(name: Name): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  clearAll(): void {
    for (const name of [...this.#timers.keys()]) this.clear(name);
  }
}
