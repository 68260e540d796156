/** Packages and payloads that the tests give to a worker. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A plugin in INIT. */
export interface Spec {
  name: string;
  version: string;
  root: string;
  entry: string;
  base: string | null;
  config: Record<string, unknown>;
  dependencies: { name: string; required: boolean }[];
  initTimeoutMs: number;
  mode: "persistent" | "serverless" | "auto";
  dataDir: string | null;
  workers: object | null;
}

/** A REQUEST's payload. */
export interface Head {
  plugin: number;
  method: string;
  url: string;
  peer: string;
  port: number;
  body: boolean;
  upgrade: boolean;
  headers: string[];
}

/** A whole response. */
export interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly hasBody: boolean;
  readonly text: string;
}

/** INIT's payload with what the plugins leave out filled in. */
export function initOf(plugins: Partial<Spec>[]): object {
  return {
    runtime: { api: "/_/api", version: "0.1.0" },
    server: { hostname: "0.0.0.0", port: 8000 },
    globalConfig: { poolSize: 1, pluginDirs: ["/plugins"], workerDirs: [] },
    plugins: plugins.map((plugin, index) => ({
      name: `plugin-${index}`,
      version: "1.0.0",
      root: join(import.meta.dir, "plugins"),
      entry: "plugin.ts",
      base: "/hello",
      config: {},
      dependencies: [],
      initTimeoutMs: 5000,
      mode: "persistent",
      dataDir: null,
      workers: null,
      ...plugin,
    })),
  };
}

const roots: string[] = [];
process.on("exit", () => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

/** Writes a package's files into a new folder, which lives as long as the tests; returns its path. */
export function packageOf(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "plugin-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The source of a plugin whose `routes.fetch(request)` has this body. */
export function routesSource(fetch: string): string {
  return `export default () => ({ routes: { async fetch(request) { ${fetch} } } });`;
}

/** The values of a name in a flat header list. */
export function valuesOf(headers: string[], name: string): string[] {
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1] === name);
}
