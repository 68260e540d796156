import type { PluginServer } from "../contract.ts";
import type { Log } from "../log.ts";
import { formatArgs } from "../log.ts";
import type { Init, PluginSpec } from "../wire/init.ts";
import { contextFor } from "./context.ts";
import { Apps } from "../serverless/apps.ts";
import { StartFailure } from "./failure.ts";
import { SharedTime, TimeUsedUp } from "./limit.ts";
import { start } from "./start.ts";
import type { ReadyPlugin } from "./start.ts";

/** What became of a plugin's start. */
export type Outcome = { readonly plugin: ReadyPlugin } | { readonly failure: StartFailure };

/** What a plugin's onShutdown failed with. */
export interface ShutdownError {
  readonly plugin: string;
  readonly message: string;
}

/** The plugins of one worker, linked by dependencies: they start in order and live in one heap. */
export class Group {
  readonly #init: Init;
  readonly #log: Log;
  /** By index in INIT; shorter than INIT's list until all have started. */
  readonly #outcomes: Outcome[] = [];
  #ending = false;

  constructor(init: Init, log: Log) {
    this.#init = init;
    this.#log = log;
  }

  /** INIT's plugins. */
  get specs(): readonly PluginSpec[] {
    return this.#init.plugins;
  }

  /** Starts the plugins one after the other and reports each. One that fails takes only those along that require it. */
  async start(report: (spec: PluginSpec, outcome: Outcome) => void): Promise<void> {
    for (const spec of this.specs) {
      const outcome = await this.#startOne(spec);
      if (this.#ending) return;
      this.#outcomes.push(outcome);
      report(spec, outcome);
    }
  }

  /** The plugin at an index of INIT, if it runs. */
  at(index: number): ReadyPlugin | undefined {
    const outcome = this.#outcomes[index];
    return outcome !== undefined && "plugin" in outcome ? outcome.plugin : undefined;
  }

  /** Calls onServerStart in start order, each when the one before has ended; what one throws is logged. */
  async serverStarted(server: PluginServer): Promise<void> {
    for (const { name, impl } of this.#running()) {
      try {
        if (!this.#ending) await impl.onServerStart?.(server);
      } catch (error) {
        this.#log.write(name, "error", `onServerStart failed: ${formatArgs([error])}`);
      }
    }
  }

  /** Calls onShutdown in reverse start order, within `timeoutMs` for all; returns what went wrong. */
  async shutDown(timeoutMs: number): Promise<ShutdownError[]> {
    this.#ending = true;
    const errors: ShutdownError[] = [];
    const time = new SharedTime(timeoutMs);
    for (const plugin of this.#running().reverse()) {
      const end = ending(plugin);
      if (end === undefined) continue;
      try {
        await time.spend(end.what, end.run);
      } catch (error) {
        errors.push({
          plugin: plugin.name,
          message: error instanceof TimeUsedUp ? error.message : formatArgs([error]),
        });
      }
    }
    return errors;
  }

  /** The plugins that run, in start order. */
  #running(): ReadyPlugin[] {
    return this.#outcomes.flatMap((outcome) => ("plugin" in outcome ? [outcome.plugin] : []));
  }

  async #startOne(spec: PluginSpec): Promise<Outcome> {
    const apps = new Apps(spec, this.#log);
    try {
      this.#requireDependencies(spec);
      const provided = (name: string): unknown => this.#named(name)?.provided;
      const ctx = contextFor(spec, this.#init, this.#log, apps.contract(), provided);
      return { plugin: await start(spec, ctx, apps, this.#log) };
    } catch (error) {
      void apps.close();
      if (error instanceof StartFailure) return { failure: error };
      throw error;
    }
  }

  #requireDependencies(spec: PluginSpec): void {
    const missing = spec.dependencies.find(({ name, required }) => required && this.#named(name) === undefined);
    if (missing === undefined) return;
    const outcome = this.#outcomes[this.#indexOf(missing.name)];
    const why =
      outcome !== undefined && "failure" in outcome
        ? `: ${outcome.failure.reason}`
        : ": it is not started before this one";
    throw new StartFailure("DependencyNotReady", `requires ${missing.name}, which is not ready${why}`);
  }

  #named(name: string): ReadyPlugin | undefined {
    return this.at(this.#indexOf(name));
  }

  #indexOf(name: string): number {
    return this.specs.findIndex((spec) => spec.name === name);
  }
}

/** What a plugin does at its end, if anything. */
function ending({ impl, serverless, apps }: ReadyPlugin): { what: string; run: () => unknown } | undefined {
  if (serverless) return { what: "onTerminate", run: () => serverless.shutDown() };
  if (impl.onShutdown === undefined && !apps.used) return undefined;
  const run = async (): Promise<void> => {
    try {
      await impl.onShutdown?.();
    } finally {
      await apps.close();
    }
  };
  return { what: "onShutdown", run };
}
