/**
 * `bun --no-install bridge.js <socket path>`: connects to the runtime and runs its plugins. The same
 * file is what the Workers of serverless plugins run.
 */
import { Connection } from "./connection.ts";
import { watchResponses } from "./requests/response-origin.ts";
import { runInside } from "./serverless/inside/main.ts";
import { Session } from "./session.ts";
import { surviveStrays } from "./strays.ts";

if (Bun.isMainThread) await runWorker();
else runInside();

async function runWorker(): Promise<void> {
  // The path is nothing to plugins, so it does not stay in their argv.
  const [path] = process.argv.splice(2);
  if (path === undefined) {
    console.error("usage: bun --no-install bridge.js <socket path>");
    process.exit(2);
  }
  const connection = new Connection();
  const session = new Session(connection);
  session.hello();
  surviveStrays(session.log, () => session.plugins);
  watchResponses();
  await connection.open(path, session);
}
