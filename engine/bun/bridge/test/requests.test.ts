import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { routesSource, valuesOf } from "./packages.ts";
import { Worker, workerWith } from "./runtime.ts";

describe("a Hono plugin", () => {
  test("answers, echoes and streams events", async () => {
    await using worker = await Worker.spawn();
    const [report] = await worker.init([{ entry: "hono.ts", config: { greeting: "Hello" } }]);
    expect(report.state).toBe("ready");
    worker.request(1, "/hello/api/greeting?q=ä%20b");
    worker.request(2, "/hello/text");
    worker.request(3, "/hello/events");
    worker.request(4, "/hello/api/echo", { method: "POST", body: true, headers: ["content-type", "application/json"] });
    worker.bytes(Frame.Data, 4, Buffer.from('{"a":'));
    worker.bytes(Frame.Data, 4, Buffer.from("1}"));
    worker.empty(Frame.End, 4);
    worker.request(5, "/hello/none");
    const greeting = await worker.response(1);
    expect(JSON.parse(greeting.text)).toEqual({ message: "Hello from a plugin", query: "ä b" });
    expect(valuesOf(greeting.headers, "content-type")).toEqual(["application/json"]);
    expect(await worker.response(2)).toMatchObject({ status: 200, text: "plain" });
    const events = await worker.response(3);
    expect(valuesOf(events.headers, "content-type")).toEqual(["text/event-stream"]);
    expect(events.text.match(/data: tick/g)).toHaveLength(3);
    expect((await worker.response(4)).text).toBe('{"a":1}');
    expect((await worker.response(5)).status).toBe(404);
  });
});

describe("a request", () => {
  test("arrives with method, headers and the base taken off", async () => {
    await using worker = await workerWith(
      routesSource("return Response.json([request.method, request.url, [...request.headers]])"),
    );
    const headers = [
      "host",
      "example.com",
      "x-twice",
      "1",
      "x-twice",
      "2",
      "cookie",
      "a=1",
      "cookie",
      "b=2",
      "x-latin",
      "caf\xe9",
    ];
    const paths: [string, string][] = [
      ["/hello", "/"],
      ["/hello/", "/"],
      ["/hello?a=/b", "/?a=/b"],
      ["/hello/x/?y", "/x/?y"],
      ["/hello/hello", "/hello"],
    ];
    for (const [index, [path]] of paths.entries()) worker.request(index + 1, path, { method: "PUT", headers });
    for (const [index, [, inside]] of paths.entries()) {
      const [method, url, seen] = JSON.parse((await worker.response(index + 1)).text);
      expect([method, url]).toEqual(["PUT", `http://localhost${inside}`]);
      expect(new Map(seen)).toEqual(
        new Map([
          ["host", "example.com"],
          ["x-twice", "1, 2"],
          ["cookie", "a=1; b=2"],
          ["x-latin", "caf\xe9"],
        ]),
      );
    }
  });

  test.each(["text", "json", "arrayBuffer", "blob", "bytes"])(
    "gives its body by %s, small or streamed",
    async (method) => {
      await using worker = await workerWith(
        routesSource(
          `const read = await request.${method}(); return new Response("${method}" === "json" ? JSON.stringify(read) : read)`,
        ),
      );
      const body = JSON.stringify("x".repeat(150_000));
      const post = { method: "POST", body: true };
      worker.request(1, "/hello", post);
      worker.bytes(Frame.Data, 1, Buffer.from('"ab'));
      await worker.ping();
      worker.bytes(Frame.Data, 1, Buffer.from('c"'));
      worker.empty(Frame.End, 1);
      worker.request(2, "/hello", post);
      for (let at = 0; at < body.length; at += 50_000)
        worker.bytes(Frame.Data, 2, Buffer.from(body.slice(at, at + 50_000)));
      worker.empty(Frame.End, 2);
      worker.request(3, "/hello", post);
      worker.bytes(Frame.Data, 3, Buffer.from('""'));
      worker.empty(Frame.End, 3);
      expect((await worker.response(1)).text).toBe('"abc"');
      expect((await worker.response(2)).text).toBe(body);
      expect((await worker.response(3)).text).toBe('""');
    },
  );

  test("of a method that Bun does not know is not made a GET", async () => {
    await using worker = await workerWith(routesSource("return new Response(request.method)"));
    worker.request(1, "/hello", { method: "BREW" });
    worker.request(2, "/hello", { method: "PROPFIND" });
    expect((await worker.response(1)).status).toBe(501);
    expect((await worker.response(2)).text).toBe("PROPFIND");
  });

  test("does not show a plugin what lies beside its body in the bridge's buffers", async () => {
    await using worker = await workerWith(
      routesSource(
        "const { value } = await request.body.getReader().read(); return new Response(String(value.buffer.byteLength))",
      ),
    );
    worker.request(1, "/hello", { method: "POST", body: true });
    await worker.ping();
    worker.bytes(Frame.Data, 1, Buffer.from("abc"));
    expect((await worker.response(1)).text).toBe("3");
  });
});

describe("server.fetch and routes", () => {
  const both = (server: string): string => `export default () => ({
    server: { name: "server", async fetch(request) { ${server} } },
    routes: { name: "routes", async fetch(request) { return new Response([this.name, new URL(request.url).pathname, await request.text()].join(" ")); } },
  });`;

  test("are asked in this order, with their own this and path", async () => {
    await using worker = await workerWith(
      both(`
      if (request.url.endsWith("/mine")) return new Response(this.name + " " + new URL(request.url).pathname);
      return new Response("not here", { status: 404 });`),
    );
    worker.request(1, "/hello/mine");
    worker.request(2, "/hello/other");
    expect((await worker.response(1)).text).toBe("server /hello/mine");
    expect((await worker.response(2)).text).toBe("routes /other ");
  });

  test.each([
    ["did not read", ""],
    ["read in part", "await request.body?.getReader().read();"],
    ["read whole", "await request.text();"],
    ["cancelled", "await request.body?.cancel();"],
    [
      "reads on after its answer",
      "const reader = request.body?.getReader(); setTimeout(() => reader?.read().catch(() => {}));",
    ],
  ])("both get the body that server.fetch %s", async (_, read) => {
    await using worker = await workerWith(both(`${read} return new Response(null, { status: 404 });`));
    const body = "0123456789".repeat(20_000);
    for (const stream of [1, 2]) {
      worker.request(stream, "/hello/x", { method: "POST", body: true });
      const sent = stream === 1 ? "small" : body;
      if (stream === 2) await worker.ping();
      for (let at = 0; at < sent.length; at += 40_000)
        worker.bytes(Frame.Data, stream, Buffer.from(sent.slice(at, at + 40_000)));
      worker.empty(Frame.End, stream);
    }
    expect((await worker.response(1)).text).toBe("routes /x small");
    expect((await worker.response(2)).text).toBe(`routes /x ${body}`);
  });

  test("give a 404 where there is nothing to ask", async () => {
    await using worker = await workerWith("export default { provides: () => 1 };");
    worker.request(1, "/hello");
    expect(await worker.response(1)).toMatchObject({ status: 404 });
  });
});
