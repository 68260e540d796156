import type { PluginContext, WorkerPool } from "../contract.ts";
import type { Log } from "../log.ts";
import type { Init, PluginSpec } from "../wire/init.ts";

/** Makes a plugin's context. `provided` gives what the named plugin of this worker provides. */
export function contextFor(
  spec: PluginSpec,
  init: Init,
  log: Log,
  pool: WorkerPool,
  provided: (name: string) => unknown,
): PluginContext {
  const logger = log.logger(spec.name);
  const declared = new Set(spec.dependencies.map((dependency) => dependency.name));
  const warned = new Set<string>();
  return {
    config: spec.config,
    globalConfig: structuredClone(init.globalConfig),
    runtime: { ...init.runtime },
    logger,
    dataDir: spec.dataDir,
    auth: { identity: (request) => request.headers.get("x-identity") },
    pool,
    getPlugin<T>(name: string): T | undefined {
      if (declared.has(name)) return provided(name) as T | undefined;
      if (!warned.has(name) && warned.size < 100) {
        warned.add(name);
        logger.warn(
          `getPlugin("${name}"): name it under dependencies or optionalDependencies in manifest.yaml; without that it is undefined`,
        );
      }
      return undefined;
    },
  };
}
