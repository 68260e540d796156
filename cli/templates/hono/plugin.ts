import { Hono } from "hono";
import type { PluginImpl } from "davit";

export default function plugin(config: Record<string, unknown>) {
  // The manifest's schema has checked the type and filled in the default.
  const greeting = config["greeting"] as string;

  const routes = new Hono()
    .get("/api/public/greeting", (c) => c.json({ message: greeting }))
    .get("/api/secret", (c) => c.json({ message: "Only callers with a key read this." }));

  return {
    routes, // served below {{base}}
    onInit({ logger }) {
      logger.info("ready");
    },
    onShutdown() {
      // Flush caches, close connections, clear timers.
    },
  } satisfies PluginImpl;
}
