/** `bun --no-install bridge.js <socket path>`: connects to the runtime and runs its plugins. */
import { Connection } from "./connection.ts";
import { watchResponses } from "./requests/response-origin.ts";
import { Session } from "./session.ts";
import { surviveStrays } from "./strays.ts";

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
