import axios from "axios";
import { Hono } from "hono";

export default function factory({ upstream }: { upstream: string }) {
  const api = axios.create({ baseURL: upstream, headers: { "x-from": "axios" }, timeout: 20_000 });
  const routes = new Hono();
  routes.get("/json", async (c) => c.json((await api.get("/echo", { params: { q: "a b&c" } })).data));
  routes.post("/json", async (c) => c.json((await api.post("/echo", await c.req.json())).data));
  routes.get("/form", async (c) => c.json(await api.putForm("/echo", { a: "1" }).then(({ status }) => ({ status }))));
  routes.get("/refused", async (c) => {
    try {
      return c.json((await api.get("/refused")).data);
    } catch (error) {
      if (!axios.isAxiosError(error)) throw error;
      return c.json({ code: error.code, status: error.response?.status, data: error.response?.data }, 502);
    }
  });
  routes.get("/bytes", async (c) => {
    const { data } = await api.get<ArrayBuffer>("/large", { responseType: "arraybuffer" });
    return c.body(data);
  });
  return { routes };
}
