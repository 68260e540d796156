import { Hono } from "hono";

let auth: { identity(request: Request): string | null };
const routes = new Hono();

routes.get("/me", (c) => c.json({ name: c.req.header("x-identity") ?? null, vouched: auth.identity(c.req.raw) }));

export default {
  routes,
  onInit(ctx: { auth: typeof auth }) {
    auth = ctx.auth;
  },
};
