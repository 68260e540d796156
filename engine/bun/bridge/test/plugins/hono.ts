import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { PluginImpl } from "../../src/contract.ts";

export default function hello(config: Record<string, unknown>): PluginImpl {
  const routes = new Hono()
    .get("/api/greeting", (c) => c.json({ message: `${config["greeting"]} from a plugin`, query: c.req.query("q") }))
    .get("/text", (c) => c.text("plain"))
    .post("/api/echo", async (c) => c.json(await c.req.json()))
    .get("/events", (c) =>
      streamSSE(c, async (stream) => {
        for (let id = 0; id < 3; id += 1) await stream.writeSSE({ id: String(id), data: "tick" });
      }),
    );
  return { routes };
}
