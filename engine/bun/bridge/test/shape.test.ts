import { describe, expect, test } from "bun:test";
import { implFault } from "../src/plugins/shape.ts";
import { packageOf } from "./packages.ts";
import { outcomeOf, Worker } from "./runtime.ts";

const nothing = (): void => {};
const app = { fetch: () => new Response() };

describe("a plugin's shape", () => {
  test.each<[string, unknown, RegExp]>([
    ["a hook that is no function", { onRequest: {} }, /^onRequest must be a function$/],
    ["onResponse that is no function", { onResponse: "x" }, /^onResponse must be a function$/],
    ["onServerStart that is no function", { onServerStart: 1 }, /^onServerStart must be a function$/],
    ["an odd onRequestFailOpen", { onRequest: nothing, onRequestFailOpen: "yes" }, /^onRequestFailOpen must be/],
    ["nothing but settings", { onRequestFailOpen: true, onShutdown: nothing }, /serves and hooks nothing/],
    ["a server without handlers", { server: {} }, /^server must have fetch\(request\) or routes$/],
    ["a server.fetch that is no function", { server: { fetch: 1, routes: {} } }, /^server.fetch must be a function$/],
    ["websocket without requests to upgrade", { websocket: {}, onInit: nothing }, /^websocket needs routes or server/],
    ["a websocket handler that is no function", { routes: app, websocket: { message: 1 } }, /^websocket.message must/],
    ["an odd size", { routes: app, websocket: { maxPayloadLength: -1 } }, /^websocket.maxPayloadLength must be/],
    ["an odd idle time", { routes: app, websocket: { idleTimeout: 961 } }, /from 0 to 960$/],
    ["an odd flag", { routes: app, websocket: { sendPings: 1 } }, /^websocket.sendPings must be a boolean$/],
    ["routes that are a list", { server: { routes: [] } }, /^server.routes must be an object/],
    ["a pattern without a slash", { server: { routes: { a: app.fetch } } }, /\["a"\]: a pattern starts with a slash/],
    ["a pattern beyond ASCII", { server: { routes: { "/ü": app.fetch } } }, /percent-encoded/],
    ["a name twice", { server: { routes: { "/:a/:a": app.fetch } } }, /the name "a" stands twice/],
    ["a name that starts with a digit", { server: { routes: { "/:1": app.fetch } } }, /does not start with a digit/],
    ["a route that is a number", { server: { routes: { "/a": 5 } } }, /\["\/a"\]: give a Response, .* not 5$/],
    ["a route with an unknown method", { server: { routes: { "/a": { FETCH: app.fetch } } } }, /"FETCH" is no method/],
    ["a method that leads to a text", { server: { routes: { "/a": { GET: "x" } } } }, /GET: give a Response/],
  ])("is refused with %s", (_, impl, fault) => {
    expect(implFault("plugin.ts", impl)).toMatch(fault);
  });

  test("may be any one member with a purpose", () => {
    const routes = { "/a": new Response(), "/b": app.fetch, "/c": { GET: app.fetch, HEAD: undefined }, "/d": false };
    const impls = [
      { routes: app },
      { server: app },
      { server: { routes } },
      { onRequest: nothing },
      { onResponse: nothing },
      { onServerStart: nothing },
      { provides: nothing },
      { onInit: nothing },
    ];
    for (const impl of impls) expect(implFault("plugin.ts", impl)).toBeUndefined();
  });

  test("with only hooks needs no base; with only server.routes it does", async () => {
    const hook = await outcomeOf({ "plugin.ts": "export default { onRequest() {} };" }, { base: null });
    expect(hook).toMatchObject({ state: "ready", hooks: ["onRequest"], onRequestFailOpen: false });
    const server = await outcomeOf({ "plugin.ts": "export default { server: { routes: {} } };" }, { base: null });
    expect(server).toMatchObject({ state: "failed", reason: "RoutesWithoutBase" });
  });

  test("is reported with its hooks and whether they fail open", async () => {
    const source = "export default { onRequest() {}, onResponse() {}, onRequestFailOpen: true };";
    await using worker = await Worker.spawn();
    const [report] = await worker.init([{ root: packageOf({ "plugin.ts": source }) }]);
    expect(report).toEqual({
      name: "plugin-0",
      state: "ready",
      hooks: ["onRequest", "onResponse"],
      onRequestFailOpen: true,
    });
  });
});
