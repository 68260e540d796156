import { Hono } from "hono";
import { Pool } from "pg";

export default function factory({ database }: { database: string }) {
  const pool = new Pool({ connectionString: database, max: 4 });
  const routes = new Hono();
  routes.get("/notes", async (c) => c.json((await pool.query("SELECT * FROM notes ORDER BY id")).rows));
  routes.post("/notes", async (c) => {
    const { text, tags } = await c.req.json();
    try {
      const { rows } = await pool.query("INSERT INTO notes (text, tags) VALUES ($1, $2) RETURNING *", [text, tags]);
      return c.json(rows[0], 201);
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      return c.json({ code, constraint }, 409);
    }
  });
  routes.post("/undone", async (c) => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("DELETE FROM notes");
      const { rows } = await client.query("SELECT count(*)::int AS left FROM notes");
      await client.query("ROLLBACK");
      return c.json(rows[0]);
    } finally {
      client.release();
    }
  });
  routes.get("/types", async (c) => {
    const { rows } = await pool.query(
      `SELECT 1::int4 AS i, 9007199254740993::int8 AS big, 1.50::numeric AS n, true AS b, null AS nothing,
              '{"a":[1]}'::jsonb AS j, ARRAY[1,2] AS list, '\\x00ff'::bytea AS bytes, timestamptz '2026-01-02 03:04:05Z' AS at`,
    );
    return c.json(rows[0]);
  });
  routes.get("/many", async (c) => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.query("SELECT $1::int * 2 AS n", [n])));
    return c.json(answers.map(({ rows }) => rows[0].n));
  });
  return {
    routes,
    async onInit() {
      await pool.query("CREATE TABLE notes (id serial PRIMARY KEY, text text UNIQUE NOT NULL, tags text[] NOT NULL)");
    },
    onShutdown: () => pool.end(),
  };
}
