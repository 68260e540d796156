import type { WorkersSpec } from "../wire/init.ts";

/** What holds where nothing is said (Buntime contract, section 3). */
export const DEFAULTS: WorkersSpec = {
  timeoutMs: 30_000,
  ttlMs: 0,
  idleTimeoutMs: 60_000,
  maxRequests: 1000,
  max: 8,
  env: {},
};
