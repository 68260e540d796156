import { Elysia, t } from "elysia";

const routes = new Elysia()
  .onError(({ code, set }) => {
    if (code !== "VALIDATION") return;
    set.headers["x-refused"] = "validation";
    return { code };
  })
  .get("/", () => "Hello Elysia")
  .get("/json/:id", ({ params: { id }, query }) => ({ id, query }), { params: t.Object({ id: t.Numeric() }) })
  .post("/sum", ({ body }) => ({ sum: body.numbers.reduce((sum, one) => sum + one, 0) }), {
    body: t.Object({ numbers: t.Array(t.Number()) }),
  })
  .get("/cookie", ({ cookie: { visits } }) => {
    visits!.set({ value: String(Number(visits!.value ?? 0) + 1), path: "/", httpOnly: true });
    return `visits: ${visits!.value}`;
  })
  .get("/status", ({ status }) => status(418, "I'm a teapot"))
  .get("/moved", ({ redirect }) => redirect("/json/1"))
  .get("/stream", async function* () {
    yield "one ";
    yield "two ";
    yield "three";
  });

export default { routes };
