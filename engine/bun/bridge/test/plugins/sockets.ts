import { Hono } from "hono";
import { getConnInfo, upgradeWebSocket, websocket } from "hono/bun";
import type { PluginImpl } from "../../src/contract.ts";

/** A plugin with hono/bun's WebSocket helper. */
export default function sockets(): PluginImpl {
  const routes = new Hono()
    .get("/who", (c) => c.json(getConnInfo(c).remote))
    .get(
      "/ws",
      upgradeWebSocket((c) => ({
        onOpen: (_, ws) => ws.send(`hello ${c.req.query("name")} at ${ws.url?.pathname}`),
        onMessage: (event, ws) =>
          ws.send(typeof event.data === "string" ? `text ${event.data}` : (event.data as ArrayBuffer)),
        onClose: (event) => console.log(`closed ${event.code} ${event.reason}`),
      })),
    );
  return { routes, websocket };
}
