/** What a pool has done so far. */
export interface Counts {
  totalRequests: number;
  /** Requests that got no whole response for a fault of the plugin or for want of a Worker. */
  failedRequests: number;
  /** Workers started. */
  created: number;
  /** Workers whose threads have ended. */
  ended: number;
}

/** Adds up what pools have done; of none, zeros. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum: Counts = { totalRequests: 0, failedRequests: 0, created: 0, ended: 0 };
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
  }
  return sum;
}
