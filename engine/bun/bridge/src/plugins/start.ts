import type { PluginContext, PluginImpl } from "../contract.ts";
import type { PluginSpec } from "../wire/messages.ts";
import { StartFailure, startFailure } from "./failure.ts";
import { within } from "./limit.ts";
import { load } from "./load.ts";

/** A plugin that has started and serves. */
export interface ReadyPlugin {
  readonly name: string;
  /** Path prefix without trailing slash; empty for none. */
  readonly base: string;
  readonly impl: PluginImpl;
  /** What `provides()` returned. */
  readonly provided: unknown;
}

/** Starts one plugin: import, factory, onInit, provides, all within its time. Throws {@link StartFailure}. */
export async function start(spec: PluginSpec, ctx: PluginContext): Promise<ReadyPlugin> {
  let stage = `the import of ${spec.entry} and its factory`;
  let late: StartFailure | undefined;
  const run = async (): Promise<ReadyPlugin> => {
    const impl = await load(spec);
    if (late) throw late;
    stage = "onInit";
    await initialised(spec, impl, ctx);
    if (late) throw late;
    return { name: spec.name, base: spec.base ?? "", impl, provided: provided(spec, impl) };
  };
  return within(spec.initTimeoutMs, run(), () => {
    late = new StartFailure(
      "InitTimeout",
      `${stage} did not end within ${spec.initTimeoutMs} ms: look for what it waits for`,
    );
    return late;
  });
}

async function initialised(spec: PluginSpec, impl: PluginImpl, ctx: PluginContext): Promise<void> {
  try {
    await impl.onInit?.(ctx);
  } catch (thrown) {
    throw startFailure("InitFailed", spec.root, thrown);
  }
}

function provided(spec: PluginSpec, impl: PluginImpl): unknown {
  try {
    return impl.provides?.();
  } catch (thrown) {
    throw startFailure("InitFailed", spec.root, thrown);
  }
}
