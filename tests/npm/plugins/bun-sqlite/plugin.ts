import { Database } from "bun:sqlite";
import { join } from "node:path";
import { Hono } from "hono";

let db: Database;
const routes = new Hono();

routes.get("/notes", (c) => c.json(db.query("SELECT id, text, size FROM notes ORDER BY id").all()));
routes.get("/notes/:id", (c) => {
  const note = db.query("SELECT id, text, size FROM notes WHERE id = ?").get(c.req.param("id"));
  return note ? c.json(note) : c.json({ error: "no such note" }, 410);
});
routes.post("/notes", async (c) => {
  const texts = await c.req.json<string[]>();
  const insert = db.prepare("INSERT INTO notes (text, size) VALUES ($text, $size)");
  const all = db.transaction((texts: string[]) =>
    texts.map(($text) => insert.run({ $text, $size: $text.length }).lastInsertRowid),
  );
  try {
    return c.json({ ids: all(texts) }, 201);
  } catch (error) {
    return c.json({ error: (error as Error).message }, 409);
  }
});
routes.get("/journal", (c) => c.json(db.query("PRAGMA journal_mode").get()));

export default {
  routes,
  onInit({ dataDir }: { dataDir: string }) {
    db = new Database(join(dataDir, "notes.sqlite"), { create: true, strict: false });
    db.run("PRAGMA journal_mode = WAL");
    db.run("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE NOT NULL, size INTEGER)");
  },
  onShutdown() {
    db.close();
  },
};
