/**
 * Bundles every plugin below `plugins/` as its author would (`bun build plugin.ts --target bun`) into `dist/`,
 * each with its manifest and, if it has a page, its `public/` folder.
 */
import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const from = join(import.meta.dir, "plugins");
const to = join(import.meta.dir, "dist");

async function build(name: string): Promise<void> {
  const folder = join(from, name);
  const files = await readdir(folder);
  for (const kept of files.filter((file) => file === "manifest.yaml" || file === "public")) {
    await cp(join(folder, kept), join(to, name, kept), { recursive: true });
  }
  const entry = files.find((file) => /^plugin\.tsx?$/.test(file));
  if (!entry) return;
  await Bun.build({
    entrypoints: [join(folder, entry)],
    target: "bun",
    outdir: join(to, name, "dist"),
    naming: "plugin.js",
    // React's and others' builds for production.
    define: { "process.env.NODE_ENV": '"production"' },
  });
}

await rm(to, { recursive: true, force: true });
const names = await readdir(from);
await Promise.all(names.map(build));
console.log(`${names.length} plugins in ${to}`);
