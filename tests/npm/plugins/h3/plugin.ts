import { H3, getCookie, getQuery, html, HTTPError, readBody, redirect, setCookie } from "h3";

const routes = new H3()
  .use((event) => {
    event.res.headers.set("x-served-by", "h3");
  })
  .get("/", () => html("<h1>h3</h1>"))
  .get("/hello/:name", (event) => ({ name: event.context.params?.["name"], query: getQuery(event) }))
  .post("/echo", async (event) => ({ got: await readBody(event) }))
  .get("/cookie", (event) => {
    const seen = Number(getCookie(event, "seen") ?? 0) + 1;
    setCookie(event, "seen", String(seen), { path: "/" });
    setCookie(event, "last", "h3", { path: "/", httpOnly: true });
    return { seen };
  })
  .get("/moved", () => redirect("/hello/ada", 301))
  .get("/refused", () => {
    throw new HTTPError({ status: 403, statusText: "Forbidden", message: "not for you", data: { why: "closed" } });
  })
  .get(
    "/stream",
    () =>
      new ReadableStream({
        start(out) {
          for (const part of ["a", "b", "c"]) out.enqueue(new TextEncoder().encode(part));
          out.close();
        },
      }),
  );

export default { routes };
