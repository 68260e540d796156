import { type SessionEnv, useSession } from "@hono/session";
import { Hono } from "hono";

type Basket = { items: string[] };

const routes = new Hono<SessionEnv<Basket>>();
routes.use(useSession<Basket>({ secret: "a secret of the test, 32 bytes and more", duration: { absolute: 3600 } }));

routes.get("/basket", async (c) => c.json(await c.var.session.get()));
routes.post("/basket/:item", async (c) => {
  await c.var.session.update((data) => ({ items: [...(data?.items ?? []), c.req.param("item")] }));
  return c.json(c.var.session.data, 201);
});
routes.delete("/basket", async (c) => {
  c.var.session.delete();
  return c.body(null, 204);
});

export default { routes };
