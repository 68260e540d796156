import type { WorkersSpec } from "../wire/init.ts";
import type { Thread } from "./thread.ts";

/** How many requests one kept Worker serves at the same time before another one is started. */
const CONCURRENT = 64;
/** How long onTerminate may take, in milliseconds, when a Worker is ended in the course of things. */
const TERMINATE_MS = 1000;

/** What a pool's Workers may take and how long they live. Times are milliseconds. */
export class Limits {
  /** Whether each request has a Worker of its own. */
  readonly fresh: boolean;
  /** From a request's arrival to its Worker, and from there to the response's head. */
  readonly timeoutMs: number;
  /** The most Workers at once, also counting those that end. */
  readonly workers: number;
  readonly terminateMs = TERMINATE_MS;
  /** How many requests one Worker serves at the same time. */
  readonly concurrent: number;
  readonly #ttlMs: number;
  readonly #idleMs: number;
  readonly #requests: number;

  /** `startMs` is for loading the module in one Worker. */
  constructor(
    workers: WorkersSpec,
    readonly startMs: number,
  ) {
    this.fresh = workers.ttlMs === 0;
    this.timeoutMs = workers.timeoutMs;
    this.workers = Math.max(1, workers.max);
    this.concurrent = this.fresh ? 1 : CONCURRENT;
    this.#ttlMs = this.fresh ? Number.POSITIVE_INFINITY : workers.ttlMs;
    this.#idleMs = workers.idleTimeoutMs;
    this.#requests = this.fresh ? 1 : Math.max(1, workers.maxRequests);
  }

  /** The Worker for the next request: the least busy one, and an overdue one only if there can be no other. */
  choose(threads: ReadonlySet<Thread>): Thread | undefined {
    const free = [...threads].filter((thread) => this.#hasRoom(thread));
    const young = free.filter((thread) => !this.isOverdue(thread));
    const lent = threads.size < this.workers ? [] : free.filter((thread) => !this.isExpired(thread));
    const eligible = young.length > 0 ? young : lent;
    return eligible.sort((a, b) => a.streams.size - b.streams.size)[0];
  }

  /** Whether one more Worker shall be started for so many waiting requests, and for those to come if `warm`. */
  wantsMore(threads: ReadonlySet<Thread>, waiting: number, warm: boolean): boolean {
    if (threads.size >= this.workers) return false;
    const starting = [...threads].filter(({ state }) => state === "starting").length;
    const spare = warm && this.choose(threads) === undefined ? 1 : 0;
    return starting < Math.ceil(waiting / this.concurrent) + spare;
  }

  /** Whether the Worker has served its time or its requests. */
  isOverdue(thread: Thread): boolean {
    return this.#hasServed(thread, 1);
  }

  /** Whether the Worker must make room although it has requests, since it has served its time or its requests twice. */
  isExpired(thread: Thread): boolean {
    return !this.fresh && this.#hasServed(thread, 2);
  }

  /** How long the Worker is kept if no request comes. */
  keptMs(thread: Thread): number {
    return Math.min(this.#idleMs, Math.max(0, thread.made + this.#ttlMs - performance.now()));
  }

  #hasServed(thread: Thread, times: number): boolean {
    return thread.requests >= times * this.#requests || performance.now() - thread.made >= times * this.#ttlMs;
  }

  #hasRoom(thread: Thread): boolean {
    return thread.state === "ready" && thread.streams.size < this.concurrent && !(this.fresh && thread.requests > 0);
  }
}
