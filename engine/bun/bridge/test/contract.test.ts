import { expect, test } from "bun:test";
import { Hono } from "hono";
import { upgradeWebSocket, websocket as honoWebsocket } from "hono/bun";
import type { PluginImpl, PluginServer, ServerWebSocket, WebSocketHandler } from "../src/contract.ts";
import { implFault } from "../src/plugins/shape.ts";

/** What `tsc` checks here: code that was written against Bun's own types fits the contract, and the other way round. */
const plugins: PluginImpl[] = [
  { routes: new Hono().get("/", (c) => c.text("x")) },
  {
    routes: new Hono().get(
      "/ws",
      upgradeWebSocket(() => ({})),
    ),
    websocket: honoWebsocket,
  },
  {
    server: {
      routes: {
        "/a": new Response(),
        "/b/:id": (request, server) => new Response(request.params["id"] + server.hostname),
        "/c": { GET: () => new Response(), POST: async (request) => Response.json(await request.json()) },
      },
      fetch: (request: Request, server: Bun.Server<{ name: string }>) => {
        if (server.upgrade(request, { data: { name: "x" } })) return;
        return new Response(server.requestIP(request)?.address);
      },
    },
    websocket: {
      data: {} as { name: string },
      message: (ws: Bun.ServerWebSocket<{ name: string }>, message) => void ws.send(`${ws.data.name}${message}`),
    },
    onRequest: (request, app) => (app ? undefined : new Request(request, { headers: {} })),
    onResponse: async (response) => new Response(response.body, response),
    onServerStart: (server) => void server.publish("topic", "text"),
    onInit: async (ctx) =>
      ctx.logger.info(ctx.dataDir, ctx.auth.identity(new Request("http://x/")), ctx.pool.getMetrics()),
  },
  { routes: { fetch: () => new Response() }, websocket: {} as Bun.WebSocketHandler<{ room: string }> },
];
type Fits<Given extends Wanted, Wanted> = Given;
export type Checks = [
  Fits<PluginServer, Bun.Server<unknown>>,
  Fits<ServerWebSocket<string>, Bun.ServerWebSocket<string>>,
  Fits<WebSocketHandler<string>, Bun.WebSocketHandler<string>>,
];

test("plugins that fit the types fit the checks at run time", () => {
  for (const plugin of plugins) expect(implFault("plugin.ts", plugin)).toBeUndefined();
});
