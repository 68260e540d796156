/** INIT: the group that this worker runs. */
import { boolean, count, list, object, oneOf, parse, string, stringMap, strings } from "./parse.ts";
import type { GlobalConfig, RuntimeInfo } from "../contract.ts";

/** A plugin that `ctx.getPlugin` may ask for. */
export interface Dependency {
  readonly name: string;
  /** Whether the plugin that declares it cannot start without it. */
  readonly required: boolean;
}

const MODES = ["persistent", "serverless", "auto"] as const;

/** How a plugin's module runs; "auto": serverless unless the module's default export is a persistent plugin's. */
export type Mode = (typeof MODES)[number];

/** The Workers of a serverless plugin. */
export interface WorkersSpec {
  /** For one request. */
  readonly timeoutMs: number;
  /** A Worker's longest life since it was made; 0: one for each request. */
  readonly ttlMs: number;
  /** How long a Worker may be without a request. */
  readonly idleTimeoutMs: number;
  /** After so many requests a Worker is replaced. */
  readonly maxRequests: number;
  /** The most Workers at once. */
  readonly max: number;
  /** Variables of the plugin's Workers, on top of the process's. */
  readonly env: Readonly<Record<string, string>>;
}

/** One plugin of the group. */
export interface PluginSpec {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the unpacked package. */
  readonly root: string;
  /** Path of the module in `root`. */
  readonly entry: string;
  /** Path prefix without trailing slash, e.g. `/hello`; null for a plugin that serves no paths. */
  readonly base: string | null;
  readonly config: Record<string, unknown>;
  readonly dependencies: readonly Dependency[];
  /** For import, factory, onInit and provides together. */
  readonly initTimeoutMs: number;
  readonly mode: Mode;
  /** Absolute path of the plugin's own writable folder; null if it has none. */
  readonly dataDir: string | null;
  /** Null for a persistent plugin. */
  readonly workers: WorkersSpec | null;
}

/** Where the runtime serves, as plugins see it. */
export interface ServerSpec {
  readonly hostname: string;
  readonly port: number;
}

/** INIT's payload. */
export interface Init {
  readonly runtime: RuntimeInfo;
  readonly server: ServerSpec;
  readonly globalConfig: GlobalConfig;
  /** In start order. */
  readonly plugins: readonly PluginSpec[];
}

/** Reads INIT's payload. Throws {@link Violation} if it has not the page's shape. */
export function parseInit(payload: Uint8Array): Init {
  const init = parse("INIT", payload);
  const runtime = object("INIT runtime", init["runtime"]);
  const server = object("INIT server", init["server"]);
  const global = object("INIT globalConfig", init["globalConfig"]);
  return {
    runtime: {
      api: string("INIT runtime api", runtime["api"]),
      version: string("INIT runtime version", runtime["version"]),
    },
    server: {
      hostname: string("INIT server hostname", server["hostname"]),
      port: count("INIT server port", server["port"]),
    },
    globalConfig: {
      poolSize: count("INIT poolSize", global["poolSize"]),
      pluginDirs: strings("INIT pluginDirs", global["pluginDirs"]),
      workerDirs: strings("INIT workerDirs", global["workerDirs"]),
    },
    plugins: list("INIT plugins", init["plugins"]).map(pluginSpec),
  };
}

function pluginSpec(value: unknown): PluginSpec {
  const spec = object("INIT plugin", value);
  const { base, dataDir, workers } = spec;
  return {
    name: string("INIT plugin name", spec["name"]),
    version: string("INIT plugin version", spec["version"]),
    root: string("INIT plugin root", spec["root"]),
    entry: string("INIT plugin entry", spec["entry"]),
    base: base === null ? null : string("INIT plugin base", base),
    config: object("INIT plugin config", spec["config"]),
    dependencies: list("INIT plugin dependencies", spec["dependencies"]).map(dependency),
    initTimeoutMs: count("INIT plugin initTimeoutMs", spec["initTimeoutMs"]),
    mode: oneOf("INIT plugin mode", MODES, spec["mode"]),
    dataDir: dataDir === null ? null : string("INIT plugin dataDir", dataDir),
    workers: workers === null ? null : workersSpec(workers),
  };
}

function dependency(value: unknown): Dependency {
  const { name, required } = object("INIT dependency", value);
  return { name: string("INIT dependency name", name), required: boolean("INIT dependency required", required) };
}

function workersSpec(value: unknown): WorkersSpec {
  const workers = object("INIT workers", value);
  return {
    timeoutMs: count("INIT workers timeoutMs", workers["timeoutMs"]),
    ttlMs: count("INIT workers ttlMs", workers["ttlMs"]),
    idleTimeoutMs: count("INIT workers idleTimeoutMs", workers["idleTimeoutMs"]),
    maxRequests: count("INIT workers maxRequests", workers["maxRequests"]),
    max: count("INIT workers max", workers["max"]),
    env: stringMap("INIT workers env", workers["env"]),
  };
}
