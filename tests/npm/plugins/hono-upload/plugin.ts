import { createHash } from "node:crypto";
import { Hono } from "hono";

const routes = new Hono();

async function described(file: File) {
  const sha256 = createHash("sha256")
    .update(new Uint8Array(await file.arrayBuffer()))
    .digest("hex");
  return { name: file.name, type: file.type, size: file.size, sha256 };
}

routes.post("/form", async (c) => {
  const answer: Record<string, unknown[]> = {};
  for (const [name, value] of await c.req.formData()) {
    (answer[name] ??= []).push(typeof value === "string" ? value : await described(value));
  }
  return c.json(answer);
});
routes.post("/parsed", async (c) => {
  const { title, file } = await c.req.parseBody();
  return c.json({ title, file: file instanceof File ? await described(file) : null });
});
routes.post("/raw", async (c) => {
  // Not its type: Bun.serve says text/plain whatever was sent.
  const { size, sha256 } = await described(new File([await c.req.blob()], "raw"));
  return c.json({ size, sha256 });
});
// A form goes out as well.
routes.get("/form", () => {
  const form = new FormData();
  form.append("title", "Notes");
  form.append("file", new File(["hello"], "hello.txt", { type: "text/plain" }));
  return new Response(form);
});

export default { routes };
