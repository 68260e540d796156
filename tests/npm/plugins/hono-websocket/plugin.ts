import { Hono } from "hono";
import { upgradeWebSocket, websocket } from "hono/bun";

const routes = new Hono();

routes.get(
  "/echo",
  upgradeWebSocket((c) => {
    const name = c.req.query("name") ?? "nobody";
    return {
      onOpen: (_, ws) => ws.send(`hello ${name}`),
      onMessage: ({ data }, ws) => {
        if (data === "bye") ws.close(4001, "as asked");
        else if (typeof data === "string") ws.send(data.toUpperCase());
        else ws.send(new Uint8Array(data as ArrayBuffer).reverse());
      },
    };
  }),
);

/** What the sockets of `/closed` were closed with, in order. */
const closed: { code: number; reason: string }[] = [];
routes.get(
  "/closed",
  upgradeWebSocket(() => ({ onClose: ({ code, reason }) => void closed.push({ code, reason }) })),
  // Reached by requests that ask for no WebSocket.
  (c) => c.json(closed),
);

export default { routes, websocket };
