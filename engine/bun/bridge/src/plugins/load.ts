import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PluginExport, PluginImpl } from "../contract.ts";
import type { PluginSpec } from "../wire/init.ts";
import { StartFailure, startFailure } from "./failure.ts";
import { exportFault, implFault, serves } from "./shape.ts";

/** Imports a plugin's entry and makes the plugin from its default export. Throws {@link StartFailure}. */
export async function load(spec: PluginSpec): Promise<PluginImpl> {
  const exported = await importEntry(spec);
  let impl: PluginImpl;
  try {
    impl = typeof exported === "function" ? await exported(spec.config) : exported;
  } catch (thrown) {
    throw startFailure("LoadFailed", spec.root, thrown);
  }
  refuse(implFault(spec.entry, impl));
  if (serves(impl) && spec.base === null) {
    const message = `${spec.entry} serves requests but manifest.yaml has no base to serve them under: write \`base: /my-plugin\``;
    throw new StartFailure("RoutesWithoutBase", message);
  }
  return impl;
}

async function importEntry(spec: PluginSpec): Promise<PluginExport> {
  const path = join(spec.root, spec.entry);
  if (!existsSync(path)) {
    refuse(`the entry ${spec.entry} is not in the package: build it, or correct pluginEntry in manifest.yaml`);
  }
  let module: { default: PluginExport };
  try {
    module = await import(path);
  } catch (thrown) {
    throw startFailure("LoadFailed", spec.root, thrown);
  }
  refuse(exportFault(spec.entry, module.default));
  return module.default;
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new StartFailure("LoadFailed", fault);
}
