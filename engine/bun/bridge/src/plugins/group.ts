import type { Log } from "../log.ts";
import { formatArgs } from "../log.ts";
import type { Init, PluginSpec } from "../wire/messages.ts";
import { contextFor } from "./context.ts";
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

  /** Calls onShutdown in reverse start order, within `timeoutMs` for all; returns what went wrong. */
  async shutDown(timeoutMs: number): Promise<ShutdownError[]> {
    this.#ending = true;
    const running = this.#outcomes.flatMap((outcome) => ("plugin" in outcome ? [outcome.plugin] : [])).reverse();
    const errors: ShutdownError[] = [];
    const time = new SharedTime(timeoutMs);
    for (const plugin of running) {
      if (plugin.impl.onShutdown === undefined) continue;
      try {
        await time.spend("onShutdown", () => plugin.impl.onShutdown?.());
      } catch (error) {
        errors.push({
          plugin: plugin.name,
          message: error instanceof TimeUsedUp ? error.message : formatArgs([error]),
        });
      }
    }
    return errors;
  }

  async #startOne(spec: PluginSpec): Promise<Outcome> {
    try {
      this.#requireDependencies(spec);
      const ctx = contextFor(spec, this.#init, this.#log, (name) => this.#named(name)?.provided);
      return { plugin: await start(spec, ctx) };
    } catch (error) {
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
