/**
 * Serves built plugins with `Bun.serve` and nothing else, each on a port of its own: what they answer without Davit.
 *
 *     bun bare.ts FOLDER      FOLDER holds plugins as a plugin directory does
 *
 * The ports are printed as one line of JSON: `{"message": "serving", "ports": {"name": 12345}}`.
 */
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The keys of a manifest that are the runtime's; all others are the plugin's configuration. */
const RUNTIMES = ["name", "version", "base", "pluginEntry", "publicRoutes", "config", "davit"];

interface Plugin {
  routes: { fetch(request: Request, server: Bun.Server<unknown>): Response | Promise<Response> };
  websocket?: Bun.WebSocketHandler<unknown>;
  onInit?(ctx: { dataDir: string }): void | Promise<void>;
}

async function serve(folder: string): Promise<number> {
  const manifest = Bun.YAML.parse(await Bun.file(join(folder, "manifest.yaml")).text()) as Record<string, unknown>;
  const config = Object.fromEntries(Object.entries(manifest).filter(([key]) => !RUNTIMES.includes(key)));
  const exported = (await import(join(folder, String(manifest["pluginEntry"])))).default;
  const plugin: Plugin = typeof exported === "function" ? await exported(config) : exported;
  await plugin.onInit?.({ dataDir: await mkdtemp(join(tmpdir(), "data-")) });
  const { routes, websocket } = plugin;
  const fetch = (request: Request, server: Bun.Server<unknown>) => routes.fetch(request, server);
  const options = { hostname: "127.0.0.1", port: 0, fetch, development: false };
  const server = websocket ? Bun.serve({ ...options, websocket }) : Bun.serve(options);
  return server.port!;
}

const directory = resolve(process.argv[2]!);
const ports: Record<string, number> = {};
for (const name of await readdir(directory)) ports[name] = await serve(join(directory, name));
console.log(JSON.stringify({ message: "serving", ports }));
