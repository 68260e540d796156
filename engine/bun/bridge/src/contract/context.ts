/** What a plugin is told about where it runs, and what it may use there. */
import type { WorkerPool } from "./pool.ts";

/** The runtime as plugins see it. */
export interface RuntimeInfo {
  /** Path of the admin API, e.g. `/_/api`. */
  readonly api: string;
  /** The runtime's version. */
  readonly version: string;
}

/** Settings of the runtime that Buntime's plugins may read. */
export interface GlobalConfig {
  readonly poolSize: number;
  readonly pluginDirs: readonly string[];
  readonly workerDirs: readonly string[];
}

/** Writes to the runtime's log under the plugin's name. Arguments are formatted as console does. */
export interface PluginLogger {
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

/** Who calls. */
export interface PluginAuth {
  /**
   * The caller that an authenticating plugin has vouched for (its `x-identity` header, which
   * nobody else can set); null if nobody has.
   */
  identity(request: Request): string | null;
}

/** What `onInit` is given. It stays valid for the life of the plugin. */
export interface PluginContext {
  /** The plugin's own configuration, the same object as the factory's argument. */
  readonly config: Record<string, unknown>;
  readonly globalConfig: GlobalConfig;
  readonly logger: PluginLogger;
  readonly runtime: RuntimeInfo;
  /** Absolute path of the plugin's own writable folder on this replica; null if the runtime has none for it. */
  readonly dataDir: string | null;
  readonly auth: PluginAuth;
  /** Runs serverless apps that lie in the plugin's package or in its `dataDir`. */
  readonly pool: WorkerPool;
  /**
   * What the named plugin's `provides()` returned, as a live object: both run in one process.
   *
   * Undefined if that plugin provides nothing or does not run, which only an optional dependency
   * may not, and, with a warning in the log, if the manifest does not name it as a dependency.
   */
  getPlugin<T = unknown>(name: string): T | undefined;
}
