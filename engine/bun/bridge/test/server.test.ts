import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { packageOf, routesSource } from "./packages.ts";
import { Worker, workerWith } from "./runtime.ts";

const withServer = (fetch: string): string =>
  `export default { routes: { async fetch(request, server) { ${fetch} } } };`;

describe("the server that plugins are given", () => {
  test("says where the runtime listens and what is under way", async () => {
    await using worker = await workerWith(
      withServer(`if (request.url.endsWith("/wait")) await new Promise(() => {});
      const { hostname, port, url, protocol, development, id, pendingRequests, pendingWebSockets } = server;
      return Response.json({ hostname, port, url, protocol, development, id, pendingRequests, pendingWebSockets });`),
    );
    worker.request(1, "/hello/wait");
    worker.request(2, "/hello");
    expect(JSON.parse((await worker.response(2)).text)).toEqual({
      hostname: "0.0.0.0",
      port: 8000,
      url: "http://0.0.0.0:8000/",
      protocol: "http",
      development: false,
      id: "",
      pendingRequests: 2,
      pendingWebSockets: 0,
    });
  });

  test("knows the client of a request, until it is answered, and of no other", async () => {
    await using worker = await workerWith(
      withServer(`const old = globalThis.before && server.requestIP(globalThis.before); globalThis.before = request;
      return Response.json([server.requestIP(request), server.requestIP(request.clone()), old ?? null]);`),
    );
    worker.request(1, "/hello", { peer: "192.0.2.7", port: 4711 });
    const [first] = JSON.parse((await worker.response(1)).text);
    expect(first).toEqual({ address: "192.0.2.7", family: "IPv4", port: 4711 });
    worker.request(2, "/hello", { peer: "2001:db8::1", port: 1 });
    expect(JSON.parse((await worker.response(2)).text)).toEqual([
      { address: "2001:db8::1", family: "IPv6", port: 1 },
      null,
      null,
    ]);
  });

  test("passes a request's time limit on to the runtime", async () => {
    await using worker = await workerWith(
      withServer(`server.timeout(request, 0); server.timeout(request, 0.5); server.timeout(new Request("http://x/"), 9);
      let refused; try { server.timeout(request, -1); } catch (error) { refused = error.name; }
      return new Response(refused);`),
    );
    worker.request(1, "/hello");
    expect((await worker.response(1)).text).toBe("RangeError");
    expect(worker.of(1, Frame.Timeout).map(({ bytes }) => bytes.readUInt32BE(0))).toEqual([0, 1]);
  });

  test.each(["stop", "reload", "fetch", "ref", "unref", "closeIdleConnections"])(
    "refuses %s and says why",
    async (method) => {
      await using worker = await workerWith(
        withServer(`try { server.${method}({}); } catch (error) { return new Response(error.message); }`),
      );
      worker.request(1, "/hello");
      expect((await worker.response(1)).text).toMatch(`a plugin cannot call server.${method}(): `);
    },
  );

  test("is the environment of a Hono app, whose hono/bun helpers work with it", async () => {
    await using worker = await Worker.spawn();
    const [report] = await worker.init([{ entry: "sockets.ts" }]);
    expect(report.state).toBe("ready");
    worker.request(1, "/hello/who", { peer: "192.0.2.7", port: 4711 });
    expect(JSON.parse((await worker.response(1)).text)).toEqual({
      address: "192.0.2.7",
      addressType: "IPv4",
      port: 4711,
    });
  });
});

describe("onServerStart", () => {
  test("is called at LIVE, in start order, with the server that handlers get; a throw is logged", async () => {
    const source = (name: string, more = ""): string => `let mine; export default {
      routes: { fetch: (request, server) => new Response(String(server === mine)) },
      onInit(ctx) { globalThis.log ??= ctx.logger.info; },
      async onServerStart(server) { mine = server; await 1; globalThis.log("${name} " + server.port); ${more} } };`;
    await using worker = await Worker.spawn();
    await worker.init([
      { root: packageOf({ "plugin.ts": source("a", "throw new Error('not today');") }) },
      { root: packageOf({}) },
      { root: packageOf({ "plugin.ts": source("c") }) },
    ]);
    await worker.ping();
    expect(worker.logs()).toEqual([]);
    worker.json(Frame.Live, 0, {});
    await worker.log("c 8000");
    expect(worker.logs().map(({ message }) => message.split("\n")[0])).toEqual([
      "a 8000",
      "onServerStart failed: Error: not today",
      "c 8000",
    ]);
    worker.request(1, "/hello", { plugin: 2 });
    expect((await worker.response(1)).text).toBe("true");
  });

  test("is not called a second time: that breaks the protocol", async () => {
    await using worker = await workerWith(routesSource("return new Response()"));
    worker.json(Frame.Live, 0, {});
    worker.json(Frame.Live, 0, {});
    expect(await worker.process.exited).toBe(1);
    expect(await worker.process.stderr.text()).toMatch(/a second time/);
  });
});

describe("ctx", () => {
  test("names the plugin's folder and the caller that was vouched for", async () => {
    const source = `export default { onInit({ dataDir, auth }) {
      const caller = (headers) => auth.identity(new Request("http://x/", { headers }));
      globalThis.seen = [dataDir, caller({ "x-identity": "ada" }), caller({})]; },
      routes: { fetch: () => Response.json(globalThis.seen) } };`;
    await using worker = await workerWith(source, { dataDir: "/data/hello" });
    worker.request(1, "/hello");
    expect(JSON.parse((await worker.response(1)).text)).toEqual(["/data/hello", "ada", null]);
  });
});
