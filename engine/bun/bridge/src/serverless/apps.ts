import type { PoolConfig, WorkerPool } from "../contract.ts";
import type { Log } from "../log.ts";
import type { PluginSpec } from "../wire/init.ts";
import type { Counts } from "./counts.ts";
import { sumOf } from "./counts.ts";
import { appFolder } from "./folder.ts";
import { Limits } from "./limits.ts";
import { fetchFrom } from "./local.ts";
import { environment } from "./plugin.ts";
import { Pool } from "./pool.ts";
import { settingsOf } from "./settings.ts";
import { metricsOf, statsOf } from "./stats.ts";

/** How many apps of one plugin may have Workers or waiting requests at the same time. */
const APPS_MAX = 64;

/** The apps that a persistent plugin runs by `ctx.pool`: a pool for each folder and configuration. */
export class Apps {
  readonly #spec: PluginSpec;
  readonly #log: Log;
  readonly #pools = new Map<string, Pool>();
  /** The counts of pools that were let go. */
  readonly #past: Counts[] = [];
  #closed = false;

  constructor(spec: PluginSpec, log: Log) {
    this.#spec = spec;
    this.#log = log;
  }

  /** Whether there is anything to close. */
  get used(): boolean {
    return this.#pools.size > 0;
  }

  /** What the plugin gets as `ctx.pool`. */
  contract(): WorkerPool {
    return {
      fetch: async (dir, config, request) => this.#fetch(dir, config, request),
      getMetrics: () => metricsOf([...this.#pools.values()], this.#past),
      getWorkerStats: () => [...this.#pools.values()].flatMap(statsOf),
    };
  }

  /** Ends all Workers after their onTerminate. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  #fetch(dir: string, config: PoolConfig | undefined, request: Request): Promise<Response> {
    if (this.#closed) throw new Error("ctx.pool.fetch: the plugin is being ended");
    const { workers, maxBodySize } = settingsOf(config);
    const folder = appFolder(this.#spec, dir);
    const key = JSON.stringify([folder.root, workers]);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      this.#makeRoom();
      const { name, dataDir, initTimeoutMs } = this.#spec;
      const app = { plugin: name, ...folder, base: "", mode: "serverless" as const };
      pool = new Pool(app, new Limits(workers, initTimeoutMs), environment(workers.env, dataDir), this.#log);
      this.#pools.set(key, pool);
    }
    return fetchFrom(pool, request, maxBodySize);
  }

  /** Lets go of pools that have nothing any more. */
  #makeRoom(): void {
    if (this.#pools.size < APPS_MAX) return;
    for (const [key, pool] of this.#pools) {
      if (pool.threads.size > 0 || pool.queue.length > 0) continue;
      this.#pools.delete(key);
      this.#past.splice(0, this.#past.length, sumOf([...this.#past, pool.counts]));
    }
    if (this.#pools.size < APPS_MAX) return;
    throw new Error(`ctx.pool.fetch: ${APPS_MAX} apps have Workers already; shorten their idleTimeout`);
  }
}
