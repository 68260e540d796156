import { Hono } from "hono";
import { customAlphabet, nanoid } from "nanoid";
import { v4, v5, v7, validate, version } from "uuid";

const digits = customAlphabet("0123456789", 6);
const routes = new Hono();

routes.get("/nanoid", (c) => c.json({ id: nanoid(), digits: digits() }));
routes.get("/uuid", (c) => c.json({ v4: v4(), v7: v7(), named: v5("davit.dev", v5.DNS) }));
routes.get("/checked/:id", (c) => {
  const id = c.req.param("id");
  return c.json({ valid: validate(id), version: validate(id) ? version(id) : null });
});

export default { routes };
