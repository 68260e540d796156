import { zValidator } from "@hono/zod-validator";
import { Hono } from "hono";
import { z } from "zod";

const book = z.object({
  title: z.string().min(1).max(80),
  year: z.coerce.number().int().gte(1450),
  tags: z.array(z.string()).default([]),
  kind: z.enum(["novel", "poems"]).optional(),
});

const routes = new Hono()
  .post("/books", zValidator("json", book), (c) => c.json(c.req.valid("json"), 201))
  .post("/form", zValidator("form", book.pick({ title: true, year: true })), (c) => c.json(c.req.valid("form")))
  .get("/books", zValidator("query", z.object({ page: z.coerce.number().default(1), q: z.string() })), (c) =>
    c.json(c.req.valid("query")),
  )
  .get("/books/:id", zValidator("param", z.object({ id: z.uuid() })), (c) => c.json(c.req.valid("param")))
  .get("/schema", (c) => c.json(z.toJSONSchema(book)));

export default { routes };
