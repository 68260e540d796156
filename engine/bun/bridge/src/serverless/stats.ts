import type { PoolMetrics, WorkerStats } from "../contract.ts";
import type { Counts } from "./counts.ts";
import { sumOf } from "./counts.ts";
import type { Pool } from "./pool.ts";
import type { Thread } from "./thread.ts";

/** What the pools do now, and what they and the `past` ones have done. */
export function metricsOf(pools: readonly Pool[], past: readonly Counts[]): PoolMetrics {
  const threads = pools.flatMap((pool) => [...pool.threads]);
  return {
    activeWorkers: threads.filter(({ streams }) => streams.size > 0).length,
    idleWorkers: threads.filter(({ state, streams }) => state === "ready" && streams.size === 0).length,
    queued: pools.reduce((sum, { queue }) => sum + queue.length, 0),
    ...sumOf([...past, ...pools.map(({ counts }) => counts)]),
  };
}

/** The pool's Workers. */
export function statsOf(pool: Pool): WorkerStats[] {
  return [...pool.threads].map((thread) => ({
    dir: pool.app.root,
    state: stateOf(thread),
    requests: thread.requests,
    ageMs: Math.round(performance.now() - thread.made),
    idleMs: thread.streams.size > 0 ? 0 : Math.round(performance.now() - thread.idleSince),
  }));
}

function stateOf({ state, streams }: Thread): WorkerStats["state"] {
  if (state !== "ready") return state === "starting" ? "starting" : "ending";
  return streams.size > 0 ? "active" : "idle";
}
