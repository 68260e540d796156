import type { PluginLogger } from "../../contract.ts";

/**
 * Sends what a Worker's code prints by console to the log, where it has the plugin's name: the
 * process's own output is that of its whole group.
 */
export function logConsole(logger: PluginLogger): void {
  const { log, debug, info, warn, error } = { ...logger, log: logger.info };
  Object.assign(console, {
    log,
    debug,
    info,
    warn,
    error,
    dir: (value: unknown) => info(Bun.inspect(value)),
    table: (value: unknown, columns?: string[]) =>
      info(typeof value === "object" && value !== null ? Bun.inspect.table(value, columns ?? []) : value),
    trace: (...args: unknown[]) => error(...args, `\n${new Error("trace").stack}`),
    assert: (holds: unknown, ...args: unknown[]) => {
      if (!holds) error("Assertion failed", ...args);
    },
  });
}
