import { Hono } from "hono";
import * as v from "valibot";

const Account = v.object({
  email: v.pipe(v.string(), v.trim(), v.toLowerCase(), v.email()),
  password: v.pipe(v.string(), v.minLength(8)),
  born: v.optional(v.pipe(v.string(), v.isoDate())),
});

const routes = new Hono();
routes.post("/accounts", async (c) => {
  const result = v.safeParse(Account, await c.req.json());
  return result.success ? c.json({ email: result.output.email }, 201) : c.json(v.flatten(result.issues), 422);
});

export default { routes };
