import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { valuesOf } from "./packages.ts";
import { serving } from "./serverless.ts";

const HONO = Bun.resolveSync("hono", import.meta.dir);
const KEPT = { ttlMs: 60_000 };

test("routes are Responses, handlers or method maps, go before fetch, and have params", async () => {
  await using worker = await serving(
    `export default {
      routes: {
        "/": new Response("the root"),
        "/users/:id": (request) => new Response("user " + request.params.id),
        "/users/me": () => new Response("me"),
        "/things": { GET: () => new Response("list"), POST: async (request) => new Response("made " + (await request.text()), { status: 201 }) },
        "/files/*": (request) => new Response("file " + new URL(request.url).pathname),
      },
      fetch: (request) => new Response("fetch " + request.method + " " + new URL(request.url).pathname),
    };`,
    KEPT,
  );
  const cases: [string, string, string][] = [
    ["GET", "", "the root"],
    ["GET", "/", "the root"],
    ["GET", "/users/a%20b", "user a b"],
    ["GET", "/users/me", "me"],
    ["GET", "/things", "list"],
    ["DELETE", "/things", "fetch DELETE /things"],
    ["GET", "/files/a/b", "file /files/a/b"],
    ["GET", "/other?x=1", "fetch GET /other"],
  ];
  for (const [index, [method, path, text]] of cases.entries()) {
    worker.request(index + 1, `/hello${path}`, { method });
    expect((await worker.response(index + 1)).text, path).toBe(text);
  }
  worker.request(20, "/hello/things", { method: "POST", body: true });
  worker.bytes(Frame.Data, 20, Buffer.from("one"));
  worker.empty(Frame.End, 20);
  expect(await worker.response(20)).toMatchObject({ status: 201, text: "made one" });
});

test("a Response among the routes answers any number of requests", async () => {
  await using worker = await serving(`export const routes = { "/": new Response("same") };`, KEPT);
  for (const stream of [1, 2, 3]) {
    worker.request(stream, "/hello");
    expect((await worker.response(stream)).text).toBe("same");
  }
});

test("without fetch, what no route takes is a 404", async () => {
  await using worker = await serving(`export const routes = { "/a": new Response("a") };`);
  worker.request(1, "/hello/b");
  expect((await worker.response(1)).status).toBe(404);
});

test("cookies that a handler sets are sent", async () => {
  await using worker = await serving(
    `export const routes = { "/": (request) => { const seen = request.cookies.get("a"); request.cookies.set("b", "2"); return new Response(seen); } };`,
  );
  worker.request(1, "/hello", { headers: ["cookie", "a=1"] });
  const { text, headers } = await worker.response(1);
  expect(text).toBe("1");
  expect(valuesOf(headers, "set-cookie")).toEqual([expect.stringMatching(/^b=2/)]);
});

describe("what exports an app", () => {
  test.each([
    ["a Hono app", `import { Hono } from "${HONO}"; export default new Hono().get("/", (c) => c.text("ok"));`],
    ["an app as routes", `export default { routes: { fetch: () => new Response("ok") } };`],
    ["members by name", `export const fetch = () => new Response("ok");`],
    ["a method that uses this", `export default { text: "ok", fetch() { return new Response(this.text); } };`],
  ])("%s", async (_, source) => {
    await using worker = await serving(source, {}, { mode: "auto" });
    worker.request(1, "/hello");
    expect((await worker.response(1)).text).toBe("ok");
  });
});
