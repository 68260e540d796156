import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";

/** Where a plugin's own files are. */
export interface Home {
  /** Absolute path of its package. */
  readonly root: string;
  /** Absolute path of its writable folder; null for none. */
  readonly dataDir: string | null;
}

const ENTRIES = ["index.ts", "index.js"];

/**
 * An app's folder without links, and its module's name. `dir` is relative to the package or absolute;
 * links are followed first, so none leads out. Throws if it lies elsewhere or holds no app.
 */
export function appFolder({ root, dataDir }: Home, dir: string): { readonly root: string; readonly entry: string } {
  const path = isAbsolute(dir) ? dir : resolve(root, dir);
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new Error(`ctx.pool.fetch: there is no folder ${dir}`);
  const real = realpathSync(path);
  const homes = [root, dataDir]
    .filter((home) => home !== null && existsSync(home))
    .map((home) => realpathSync(home as string));
  if (!homes.some((home) => real === home || real.startsWith(home + sep))) {
    throw new Error(`ctx.pool.fetch: ${dir} lies neither in the plugin's package nor in its dataDir`);
  }
  const entry = ENTRIES.find((name) => existsSync(join(real, name)));
  if (entry === undefined) throw new Error(`ctx.pool.fetch: ${dir} has neither ${ENTRIES.join(" nor ")}`);
  const module = realpathSync(join(real, entry));
  if (!homes.some((home) => module.startsWith(home + sep))) {
    throw new Error(`ctx.pool.fetch: ${dir}/${entry} is a link that leaves the plugin's package and dataDir`);
  }
  return { root: real, entry };
}
