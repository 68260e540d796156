/**
 * What a plugin author writes against: the module's default export, and the context it is given.
 *
 * Names and shapes are Buntime's, so that its plugins run unchanged.
 */

/** Anything that answers requests as Fetch does, e.g. a Hono app. */
export interface FetchHandler {
  fetch(request: Request): Response | Promise<Response>;
}

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

/** What `onInit` is given. It stays valid for the life of the plugin. */
export interface PluginContext {
  /** The plugin's own configuration, the same object as the factory's argument. */
  readonly config: Record<string, unknown>;
  readonly globalConfig: GlobalConfig;
  readonly logger: PluginLogger;
  readonly runtime: RuntimeInfo;
  /**
   * What the named plugin's `provides()` returned, as a live object: both run in one process.
   *
   * Undefined if that plugin provides nothing or does not run, which only an optional dependency
   * may not, and, with a warning in the log, if the manifest does not name it as a dependency.
   */
  getPlugin<T = unknown>(name: string): T | undefined;
}

/** A plugin. Every member is optional, but it must serve something: `routes`, `server.fetch` or `provides`. */
export interface PluginImpl {
  /** Serves `/<base>/*` with the base taken off the path. */
  routes?: FetchHandler;
  server?: {
    /** Asked before `routes`, with the whole path; its 404 passes the request on to `routes`. */
    fetch(request: Request): Response | Promise<Response>;
  };
  /** Called once before the plugin serves. A throw fails the plugin and those that require it. */
  onInit?(ctx: PluginContext): void | Promise<void>;
  /** Called once after onInit; the value that other plugins get from `ctx.getPlugin`. */
  provides?(): unknown;
  /** Called when the plugin is removed or replaced and when the runtime stops, in reverse start order. */
  onShutdown?(): void | Promise<void>;
}

/** Makes the plugin from its configuration. */
export type PluginFactory = (config: Record<string, unknown>) => PluginImpl | Promise<PluginImpl>;

/** What a plugin's module exports as default. */
export type PluginExport = PluginFactory | PluginImpl;
