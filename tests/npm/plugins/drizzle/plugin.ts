import { desc, eq, gt, sql } from "drizzle-orm";
import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import { Hono } from "hono";
import postgres from "postgres";

const books = pgTable("books", {
  id: serial().primaryKey(),
  title: text().notNull().unique(),
  year: integer().notNull(),
});

export default function factory({ database }: { database: string }) {
  const client = postgres(database, { max: 4, onnotice: () => {} });
  const db = drizzle(client);
  const routes = new Hono();
  routes.get("/books", async (c) => {
    const after = Number(c.req.query("after") ?? 0);
    return c.json(await db.select().from(books).where(gt(books.year, after)).orderBy(desc(books.year)));
  });
  routes.post("/books", async (c) =>
    c.json(
      await db
        .insert(books)
        .values(await c.req.json())
        .returning(),
      201,
    ),
  );
  routes.patch("/books/:id", async (c) => {
    const changed = await db
      .update(books)
      .set(await c.req.json())
      .where(eq(books.id, Number(c.req.param("id"))))
      .returning();
    return c.json(changed);
  });
  routes.get("/count", async (c) => c.json(await db.select({ count: sql<number>`count(*)::int` }).from(books)));
  return {
    routes,
    async onInit() {
      await db.execute(
        sql`CREATE TABLE books (id serial PRIMARY KEY, title text UNIQUE NOT NULL, year integer NOT NULL)`,
      );
    },
    onShutdown: () => client.end(),
  };
}
