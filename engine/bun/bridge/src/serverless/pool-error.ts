/** A request that an app of `ctx.pool` did not answer. */
export class PoolError extends Error {
  override readonly name = "PoolError";

  /** `code` is what the app's own clients would be told: WORKER_TIMEOUT, WORKER_CRASHED, WORKER_UNAVAILABLE, PLUGIN_ERROR. */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
