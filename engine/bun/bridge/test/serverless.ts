/** Serverless plugins for the tests. */
import { readdirSync } from "node:fs";
import { packageOf } from "./packages.ts";
import type { Spec } from "./packages.ts";
import { Worker } from "./runtime.ts";

/** How the Workers of a test's plugin are kept, where it says nothing: a fresh one for each request. */
export const WORKERS = { timeoutMs: 5000, ttlMs: 0, idleTimeoutMs: 60_000, maxRequests: 1000, max: 4, env: {} };

/** A serverless plugin in INIT, whose `index.ts` is this. */
export function appOf(source: string, workers: Partial<typeof WORKERS> = {}, spec: Partial<Spec> = {}): Partial<Spec> {
  const root = packageOf({ "index.ts": source });
  return { root, entry: "index.ts", mode: "serverless", workers: { ...WORKERS, ...workers }, ...spec };
}

/** Spawns a worker with one serverless plugin. */
export async function serving(...plugin: Parameters<typeof appOf>): Promise<Worker> {
  const worker = await Worker.spawn();
  const [report] = await worker.init([appOf(...plugin)]);
  if (report.state !== "ready") throw new Error(`the plugin is not ready: ${JSON.stringify(report)}`);
  return worker;
}

/** How many threads the worker's process has. */
export function threadsOf(worker: Worker): number {
  return readdirSync(`/proc/${worker.process.pid}/task`).length;
}
