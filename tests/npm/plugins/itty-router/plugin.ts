import { AutoRouter, type IRequest, cors, error, json, StatusError, withContent, withParams } from "itty-router";

const { preflight, corsify } = cors({ origin: "https://app.example", allowMethods: ["GET", "POST"] });
const routes = AutoRouter({
  before: [preflight, withParams],
  finally: [corsify],
  missing: () => error(410, "no such thing"),
});

routes
  .get("/hello/:name?", ({ name }: IRequest) => ({ hello: name ?? "world" }))
  .get("/files/:path+", ({ params, query }: IRequest) => json({ params, query }))
  .post("/echo", withContent, ({ content }: IRequest) => ({ content }))
  .get("/refused", () => error(403, { why: "closed" }))
  .get("/thrown", () => {
    throw new StatusError(409, "already there");
  });

export default { routes };
