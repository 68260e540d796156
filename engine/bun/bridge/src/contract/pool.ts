/** Serverless apps that a plugin runs by itself. */

/** What the Workers of `ctx.pool` do now, and have done since the plugin started. */
export interface PoolMetrics {
  /** Workers that answer requests now. */
  readonly activeWorkers: number;
  /** Workers that are ready and have no request. */
  readonly idleWorkers: number;
  /** Requests that wait for a Worker. */
  readonly queued: number;
  /** Requests given to the pool. */
  readonly totalRequests: number;
  /** Requests that got no whole response: the app or its Worker failed, or none was free in time. */
  readonly failedRequests: number;
  /** Workers started. */
  readonly created: number;
  /** Workers that have ended. */
  readonly ended: number;
}

/** One Worker that runs now. */
export interface WorkerStats {
  /** The app's folder, absolute and without links. */
  readonly dir: string;
  /** "active" has requests, "idle" has none, "ending" takes none any more. */
  readonly state: "starting" | "active" | "idle" | "ending";
  /** Requests it was given. */
  readonly requests: number;
  /** Milliseconds since it was started. */
  readonly ageMs: number;
  /** Milliseconds since its last request ended; 0 while it has one. */
  readonly idleMs: number;
}

/**
 * How an app's Workers are kept; as the fields of a serverless plugin's manifest. Durations are seconds as
 * a number, or text: "500ms", "30s", "5m", "1h", at most a day.
 */
export interface PoolConfig {
  /** Until the response's head; its Worker is ended then. Default 30 s. */
  readonly timeout?: number | string;
  /** How long a Worker may serve; 0, the default, is a fresh one for each request. */
  readonly ttl?: number | string;
  /** How long a Worker without a request is kept. Default 60 s. */
  readonly idleTimeout?: number | string;
  /** After so many requests a Worker is replaced. Default 1000. */
  readonly maxRequests?: number;
  /** The most bytes of a request's body, as a number or e.g. "10Mi"; more is answered by 413. Default 10 MiB, at most 100 MiB. */
  readonly maxBodySize?: number | string;
  /** Variables of the Workers' environment, on top of the plugin's. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs serverless apps, each in Bun Workers of its own. */
export interface WorkerPool {
  /**
   * Has the app answer the request, whose path it sees as it is. `dir` is its folder, inside the plugin's
   * package (relative to it, or absolute) or its `dataDir` (absolute), with an `index.ts` or `index.js`
   * that exports `fetch` or `routes`.
   *
   * Rejects if the folder or the configuration is wrong, and with an error that has a `code` if the app
   * does not answer: PLUGIN_ERROR (it threw), WORKER_TIMEOUT, WORKER_CRASHED, WORKER_UNAVAILABLE.
   */
  fetch(dir: string, config: PoolConfig | undefined, request: Request): Promise<Response>;
  getMetrics(): PoolMetrics;
  getWorkerStats(): WorkerStats[];
}
