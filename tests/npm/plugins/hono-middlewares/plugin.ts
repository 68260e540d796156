import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { csrf } from "hono/csrf";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { logger } from "hono/logger";
import { poweredBy } from "hono/powered-by";
import { prettyJSON } from "hono/pretty-json";
import { secureHeaders } from "hono/secure-headers";

const routes = new Hono();
routes.use(logger());
routes.use(poweredBy());
routes.use(
  "/cors/*",
  cors({ origin: "https://app.example", credentials: true, maxAge: 600, exposeHeaders: ["x-total"] }),
);
routes.use("/etag/*", etag());
routes.use("/secure/*", secureHeaders());
routes.use("/compress/*", compress());
routes.use("/pretty/*", prettyJSON());
routes.use("/basic/*", basicAuth({ username: "ada", password: "engine", realm: "Notes" }));
routes.use("/csrf/*", csrf());
routes.use("/limited/*", bodyLimit({ maxSize: 16, onError: (c) => c.text("too much", 413) }));

routes.get("/", (c) => c.text("the root of the base"));
routes.get("/cors/data", (c) => c.json({ total: 3 }, 200, { "x-total": "3" }));
routes.get("/etag/data", (c) => c.text("the same each time"));
routes.get("/secure/page", (c) => c.html("<!doctype html><title>Safe</title>"));
routes.get("/compress/long", (c) => c.json(Array(200).fill("all work and no play")));
routes.get("/compress/picture", (c) => c.body("a picture", 200, { "content-type": "image/png" }));
routes.get("/pretty/data", (c) => c.json({ a: [1, { b: null }], text: "ünïcode ✓" }));
routes.get("/basic/data", (c) => c.text("behind a password"));
routes.post("/csrf/form", (c) => c.text("taken"));
routes.post("/limited/echo", async (c) => c.text(await c.req.text()));
routes.get("/redirect", (c) => c.redirect("/elsewhere?from=here", 307));
routes.get("/empty", (c) => c.body(null, 204));
routes.get("/teapot", () => {
  throw new HTTPException(418, { message: "short and stout" });
});
routes.get("/binary", (c) => c.body(Uint8Array.from({ length: 256 }, (_, byte) => byte)));
routes.all("/echo/:name{.+}", async (c) =>
  c.json({
    method: c.req.method,
    url: c.req.url,
    name: c.req.param("name"),
    query: c.req.queries(),
    sent: c.req.header("x-sent") ?? null,
    body: await c.req.text(),
  }),
);
routes.onError((error, c) =>
  error instanceof HTTPException ? error.getResponse() : c.text("failed: " + error.message, 500),
);
routes.get("/broken", () => {
  throw new Error("on purpose");
});

export default { routes };
