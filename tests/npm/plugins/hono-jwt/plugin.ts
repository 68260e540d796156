import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { decode, jwt, sign } from "hono/jwt";

const SECRET = "a secret of the test";
const routes = new Hono();

routes.post("/token", async (c) => {
  const { name } = await c.req.json<{ name: string }>();
  const token = await sign({ sub: name, role: "reader", exp: 4_102_444_800 }, SECRET, "HS256");
  return c.json({ token, header: decode(token).header });
});
routes.get("/expired", async (c) => c.json({ token: await sign({ sub: "late", exp: 1 }, SECRET, "HS256") }));
routes.use("/closed/*", jwt({ secret: SECRET, alg: "HS256" }));
routes.get("/closed/me", (c) => c.json(c.get("jwtPayload")));
routes.use("/cookie/*", jwt({ secret: SECRET, alg: "HS256", cookie: "token" }));
routes.get("/cookie/me", (c) => c.json(c.get("jwtPayload")));
routes.use("/bearer/*", bearerAuth({ token: "fixed-token" }));
routes.get("/bearer/me", (c) => c.text("by a fixed token"));

export default { routes };
