import type { Log } from "./log.ts";
import { formatArgs } from "./log.ts";
import { ownerOf } from "./plugins/failure.ts";
import type { PluginSpec } from "./wire/init.ts";

/**
 * Logs errors that no plugin caught and lets the process live on: Bun would end it, and one
 * plugin's forgotten rejection must not take its whole group down.
 */
export function surviveStrays(log: Log, plugins: () => readonly PluginSpec[]): void {
  const stray = (what: string) => (error: unknown) => {
    const owner = ownerOf(error, plugins());
    log.write(owner?.name ?? "", "error", `${what}: ${formatArgs([error])}`);
  };
  process.on("uncaughtException", stray("uncaught exception"));
  process.on("unhandledRejection", stray("unhandled rejection"));
}
