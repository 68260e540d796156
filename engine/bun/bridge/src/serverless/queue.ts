import type { FailCode, PooledStream } from "./stream.ts";

/** How many requests of one module may wait for a Worker. */
const MAX = 1000;

/** The requests of a pool that wait for a Worker, in the order in which they came. */
export class Queue {
  readonly #streams: PooledStream[] = [];

  get length(): number {
    return this.#streams.length;
  }

  /** Adds a request; it fails if too many wait already or if it is not taken within `ms`. */
  add(stream: PooledStream, ms: number): void {
    if (this.#streams.length >= MAX) return stream.fail("WORKER_UNAVAILABLE", "Too many requests wait for the plugin");
    stream.limit(ms, () => stream.fail("WORKER_UNAVAILABLE", "The plugin has been busy for too long"));
    this.#streams.push(stream);
  }

  /** Takes the request that has waited longest. */
  take(): PooledStream | undefined {
    return this.#streams.shift();
  }

  /** Forgets a request that is over. */
  drop(stream: PooledStream): void {
    const at = this.#streams.indexOf(stream);
    if (at >= 0) this.#streams.splice(at, 1);
  }

  /** Fails as many as that of the requests, those first that have waited longest. */
  fail(count: number, code: FailCode, message: string): void {
    for (const stream of this.#streams.splice(0, count)) stream.fail(code, message);
  }
}
