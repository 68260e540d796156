import type { Log } from "../log.ts";
import { StartFailure } from "../plugins/failure.ts";
import type { PluginSpec } from "../wire/init.ts";
import { DEFAULTS } from "./defaults.ts";
import { Limits } from "./limits.ts";
import { Pool } from "./pool.ts";
import type { PooledStream } from "./stream.ts";

// Taken before any plugin runs, which may change it for the group.
const inherited = definedOf(process.env);

/** The environment of Workers: the process's as it was granted, `more`, and the plugin's own folder. */
export function environment(more: Readonly<Record<string, string>>, dataDir: string | null): Record<string, string> {
  return { ...inherited, ...more, ...(dataDir === null ? {} : { DAVIT_DATA_DIR: dataDir }) };
}

/** A plugin whose module runs in Workers only. */
export class ServerlessPlugin {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Takes a request. */
  open(stream: PooledStream): void {
    this.#pool.open(stream);
  }

  /** Ends the Workers after their onTerminate; rejects with what one of those failed with. */
  async shutDown(): Promise<void> {
    const [error] = await this.#pool.close();
    if (error !== undefined) throw new Error(`onTerminate failed: ${error}`);
  }
}

/**
 * Starts a plugin whose mode is not "persistent" by loading its module in a first Worker. Undefined if
 * the module turns out to be a persistent plugin's. Throws {@link StartFailure}.
 */
export async function startServerless(spec: PluginSpec, log: Log): Promise<ServerlessPlugin | undefined> {
  const { name, root, entry, base, mode, workers } = spec;
  if (mode === "persistent") return undefined;
  const app = { plugin: name, root, entry, base: base ?? "", mode };
  const env = environment(workers?.env ?? {}, spec.dataDir);
  const pool = new Pool(app, new Limits(workers ?? DEFAULTS, spec.initTimeoutMs), env, log);
  if ((await pool.trial()) === "persistent") return undefined;
  if (base !== null) return new ServerlessPlugin(pool);
  await pool.close();
  const message = `${entry} serves requests but manifest.yaml has no base to serve them under: write \`base: /my-plugin\``;
  throw new StartFailure("RoutesWithoutBase", message);
}

function definedOf(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
