import { Hono } from "hono";

// The measurement of a save writes other numbers here.
const VERSION = 0;

/** One JSON route: the work of every JavaScript server that is measured. */
export const app = new Hono().get("/api/public/greeting", (c) =>
  c.json({ message: "Hello from the bench", version: VERSION }),
);
