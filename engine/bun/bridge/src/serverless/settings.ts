import type { WorkersSpec } from "../wire/init.ts";
import { DEFAULTS } from "./defaults.ts";

/** The settings of an app that a plugin runs by `ctx.pool.fetch`. */
export interface AppSettings {
  readonly workers: WorkersSpec;
  /** The most bytes of a request's body. */
  readonly maxBodySize: number;
}

const MAX_BODY_DEFAULT = 10 * 1024 * 1024;
const MAX_BODY = 100 * 1024 * 1024;
/** The longest time that a setting may name: a day. */
const MAX_MS = 24 * 60 * 60 * 1000;
const KNOWN = ["timeout", "ttl", "idleTimeout", "maxRequests", "maxBodySize", "env"];

const TIME: Readonly<Record<string, number>> = { ms: 1, "": 1000, s: 1000, m: 60_000, h: 3_600_000 };
/** As in manifests: Kubernetes' units, and `kB`, `MB` … with a B. */
const SIZE: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  ...powers(1024, ["Ki", "Mi", "Gi"]),
  ...powers(1024, ["KiB", "MiB", "GiB"]),
  ...powers(1000, ["k", "M", "G"]),
  ...powers(1000, ["K"]),
  ...powers(1000, ["kB", "MB", "GB"]),
  ...powers(1000, ["KB"]),
};

/** Reads `ctx.pool.fetch`'s `config`, with the contract's defaults. Throws for what cannot be meant. */
export function settingsOf(config: object | undefined): AppSettings {
  const values = (config ?? {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(values).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`ctx.pool.fetch: config has "${unknown}"; it knows ${KNOWN.join(", ")}`);
  const time = (key: string, least: number, otherwise: number): number =>
    quantity(key, values[key], TIME, '30, "500ms", "30s", "5m" or "1h"', least, MAX_MS) ?? otherwise;
  return {
    workers: {
      timeoutMs: time("timeout", 1, DEFAULTS.timeoutMs),
      ttlMs: time("ttl", 0, DEFAULTS.ttlMs),
      idleTimeoutMs: time("idleTimeout", 1, DEFAULTS.idleTimeoutMs),
      maxRequests:
        quantity("maxRequests", values["maxRequests"], { "": 1 }, "1000", 1, 1_000_000) ?? DEFAULTS.maxRequests,
      max: DEFAULTS.max,
      env: environmentOf(values["env"]),
    },
    maxBodySize: quantity("maxBodySize", values["maxBodySize"], SIZE, '"10Mi"', 0, MAX_BODY) ?? MAX_BODY_DEFAULT,
  };
}

/** A number with one of the units, in the smallest one; undefined for none. */
function quantity(
  key: string,
  value: unknown,
  units: Readonly<Record<string, number>>,
  example: string,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(value)) ?? [];
  const scale = unit === undefined ? undefined : units[unit];
  const result = scale === undefined ? Number.NaN : Math.round(Number(number) * scale);
  if (result >= least && result <= most) return result;
  throw new RangeError(
    `ctx.pool.fetch: ${key} is ${Bun.inspect(value)}: write e.g. ${example}, from ${least} to ${most}`,
  );
}

function environmentOf(env: unknown): Record<string, string> {
  if (env === undefined) return {};
  const entries = typeof env === "object" && env !== null ? Object.entries(env) : undefined;
  if (entries?.every(([, value]) => typeof value === "string")) return Object.fromEntries(entries);
  throw new TypeError("ctx.pool.fetch: env is an object of names and texts");
}

function powers(base: number, units: readonly string[]): Record<string, number> {
  return Object.fromEntries(units.map((unit, at) => [unit, base ** (at + 1)]));
}
