/** The JSON payloads that the runtime sends, checked once on arrival; afterwards their types are trusted. */
import { Violation } from "./frames.ts";
import type { GlobalConfig, RuntimeInfo } from "../contract.ts";

/** A plugin that `ctx.getPlugin` may ask for. */
export interface Dependency {
  readonly name: string;
  /** Whether the plugin that declares it cannot start without it. */
  readonly required: boolean;
}

/** One plugin of the group, as INIT describes it. */
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
}

/** INIT: the group. */
export interface Init {
  readonly runtime: RuntimeInfo;
  readonly globalConfig: GlobalConfig;
  /** In start order. */
  readonly plugins: readonly PluginSpec[];
}

/** REQUEST: a request's head. */
export interface RequestHead {
  /** Index in INIT's plugins. */
  readonly plugin: number;
  readonly method: string;
  readonly url: string;
  readonly peer: string;
  readonly body: boolean;
  /** Flat list of names and values, characters standing for bytes. */
  readonly headers: readonly string[];
}

type Json = Record<string, unknown>;

const decoder = new TextDecoder("utf-8", { fatal: true });

function parse(frame: string, payload: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    throw new Violation(`${frame} is not JSON in UTF-8`);
  }
  return object(frame, value);
}

function object(what: string, value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Violation(`${what} is not an object`);
  return value as Json;
}

function list(what: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Violation(`${what} is not a list`);
  return value;
}

function string(what: string, value: unknown): string {
  if (typeof value !== "string") throw new Violation(`${what} is not a string`);
  return value;
}

function boolean(what: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new Violation(`${what} is not a boolean`);
  return value;
}

function count(what: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Violation(`${what} is not a whole number`);
  return value as number;
}

function strings(what: string, value: unknown): string[] {
  for (const item of list(what, value)) string(what, item);
  return value as string[];
}

function pluginSpec(value: unknown): PluginSpec {
  const spec = object("INIT plugin", value);
  return {
    name: string("INIT plugin name", spec["name"]),
    version: string("INIT plugin version", spec["version"]),
    root: string("INIT plugin root", spec["root"]),
    entry: string("INIT plugin entry", spec["entry"]),
    base: spec["base"] === null ? null : string("INIT plugin base", spec["base"]),
    config: object("INIT plugin config", spec["config"]),
    dependencies: list("INIT plugin dependencies", spec["dependencies"]).map((item) => {
      const dependency = object("INIT dependency", item);
      return {
        name: string("INIT dependency name", dependency["name"]),
        required: boolean("INIT dependency required", dependency["required"]),
      };
    }),
    initTimeoutMs: count("INIT plugin initTimeoutMs", spec["initTimeoutMs"]),
  };
}

/** Reads INIT's payload. Throws {@link Violation} if it has not the page's shape. */
export function parseInit(payload: Uint8Array): Init {
  const init = parse("INIT", payload);
  const runtime = object("INIT runtime", init["runtime"]);
  const global = object("INIT globalConfig", init["globalConfig"]);
  return {
    runtime: {
      api: string("INIT runtime api", runtime["api"]),
      version: string("INIT runtime version", runtime["version"]),
    },
    globalConfig: {
      poolSize: count("INIT poolSize", global["poolSize"]),
      pluginDirs: strings("INIT pluginDirs", global["pluginDirs"]),
      workerDirs: strings("INIT workerDirs", global["workerDirs"]),
    },
    plugins: list("INIT plugins", init["plugins"]).map(pluginSpec),
  };
}

/** Reads REQUEST's payload; `plugins` is how many INIT had. Throws {@link Violation} as above. */
export function parseRequest(payload: Uint8Array, plugins: number): RequestHead {
  const head = parse("REQUEST", payload);
  const plugin = count("REQUEST plugin", head["plugin"]);
  if (plugin >= plugins) throw new Violation(`REQUEST for plugin ${plugin} of ${plugins}`);
  const headers = strings("REQUEST headers", head["headers"]);
  if (headers.length % 2 !== 0) throw new Violation("REQUEST headers has a name without a value");
  return {
    plugin,
    method: string("REQUEST method", head["method"]),
    url: string("REQUEST url", head["url"]),
    peer: string("REQUEST peer", head["peer"]),
    body: boolean("REQUEST body", head["body"]),
    headers,
  };
}

/** Reads SHUTDOWN's payload: the time in milliseconds that all onShutdown have together. */
export function parseShutdown(payload: Uint8Array): number {
  return count("SHUTDOWN timeoutMs", parse("SHUTDOWN", payload)["timeoutMs"]);
}

/** Reads ABORT's payload: the reason in words. */
export function parseAbort(payload: Uint8Array): string {
  return string("ABORT message", parse("ABORT", payload)["message"]);
}
