import { Hono } from "hono";
import type { PluginImpl } from "davit";

export default function hello(config: Record<string, unknown>) {
  // The manifest's schema has checked the type and filled in the default.
  const greeting = config["greeting"] as string;
  const since = new Date().toISOString();
  let greeted = 0;

  const routes = new Hono()
    .get("/api/public/greeting", (c) => {
      greeted += 1;
      return c.json({ message: greeting, greeted, since });
    })
    .get("/api/secret", (c) => c.json({ secret: "Only callers with a key read this." }));

  return {
    routes,
    onInit({ logger }) {
      logger.info(`greets with "${greeting}"`);
    },
    onShutdown() {
      // The place to flush caches, close connections and clear timers.
      console.info(`greeted ${greeted} times since ${since}`);
    },
  } satisfies PluginImpl;
}
