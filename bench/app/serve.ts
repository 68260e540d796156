import { app } from "./app.ts";

/** The app as Bun serves it without Davit; the port is the only argument. */
Bun.serve({ hostname: "127.0.0.1", port: Number(process.argv[2]), fetch: app.fetch });
