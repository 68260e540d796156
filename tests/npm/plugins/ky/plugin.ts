import { Hono } from "hono";
import ky, { isHTTPError } from "ky";

export default function factory({ upstream }: { upstream: string }) {
  const api = ky.create({
    prefix: upstream,
    headers: { "x-from": "ky" },
    timeout: 20_000,
    retry: { limit: 2, delay: () => 1 },
  });
  const routes = new Hono();
  routes.get("/json", async (c) => c.json(await api.get("echo", { searchParams: { q: "a b&c" } }).json()));
  routes.post("/json", async (c) => c.json(await api.post("echo", { json: await c.req.json() }).json()));
  routes.get("/form", async (c) =>
    c.json(await api.put("echo", { body: new URLSearchParams({ a: "1", b: "ü" }) }).json()),
  );
  routes.get("/retried", async (c) => c.text(await api.get(`flaky/${c.req.query("key")}`).text()));
  routes.get("/refused", async (c) => {
    try {
      return c.text(await api.get("refused").text());
    } catch (error) {
      if (!isHTTPError(error)) throw error;
      return c.json(
        { name: error.name, status: error.response.status, message: error.message.replaceAll(upstream, "") },
        502,
      );
    }
  });
  routes.get("/proxied", async (c) => {
    const answer = await api.get("large");
    return new Response(answer.body, { headers: { "content-type": answer.headers.get("content-type")! } });
  });
  return { routes };
}
