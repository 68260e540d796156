import { afterAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { Frame } from "../src/wire/frames.ts";
import { valuesOf } from "./packages.ts";
import { workerWith } from "./runtime.ts";

/** The same map of routes for Bun.serve and for a plugin. */
const ROUTES = `{
  "/exact": h("exact"), "/static": new Response("static", { headers: { "x-a": "1" } }),
  "/users/:id": h("user"), "/users/me": h("me"), "/users/*": h("users*"),
  "/m": { GET: h("mget"), POST: new Response("mpost") },
  "/getonly/:x": { GET: h("getonly") }, "/getonly/*": h("getonly*"), "/postonly": { POST: h("p") },
  "/a/:b/c/:d": h("abcd"), "/a/*": h("a*"), "/a/b/d": h("abd"), "/off": false, "/offw/*": h("offw"), "/offw/x": false,
  "/mid/*/x": h("mid"), "/wild*": h("wild*"), "/rest/**": h("rest"), "/trail/": h("trail"),
  "/p2/:a/:b": h("p2"), "/p2/:a/z": h("p2z"), "/p2/y/:b": h("p2y"), "/headmap": { HEAD: h("H"), POST: h("P") },
  "/q%20x": h("pct"), "/u%2fx": h("enc"), "/lm/:x": { POST: h("lmpost") }, "/lm/*": { GET: h("lmwild") },
  "/n/:a/1": h("n1"), "/n/:b/2": h("n2"), "/same/:a": h("first"), "/same/:b": h("second"), "/any/:a": h("any"),
  "/any/*": { GET: h("anyget") }, "/none": undefined,
}`;
const HANDLER = "(tag) => (req) => new Response([tag, req.method, JSON.stringify(req.params)].join(' '))";
const FETCH = "(req) => new Response('fetch ' + typeof req.params)";

const PATHS =
  `/exact /exact/ /EXACT /exact?x=/y /static /users/1 /users/me /users/ /users /users/1/2 /users/%41b /users/%2f
  /users/%zz /users/a% /users/%e4x /users/%2 /users/%u1234 /users/x%zzy%41 /users/a%20b+c /users/%C3%BC /m /getonly/1
  /postonly /a/1/c/2 /a/1/c /a/ /a /a/b/d /a/b/c /a//c/d /a/b/c/ /off /offw/x /offw/y /mid/q/x /mid/*/x /wildfoo /wild*
  /rest/q /rest/q/r /rest/ /trail /trail/ /p2/y/z /p2/y/q /p2/q/z /p2/q/r /headmap /q%20x /u%2fx /u%2Fx /lm/1 /n/q/1 /n/q/2
  /same/x /any/1 /none / /users// /users//x`.split(/\s+/);
const METHODS: [string, string[]][] = [
  ["GET", PATHS],
  ["HEAD", ["/exact", "/static", "/m", "/users/1", "/headmap", "/postonly"]],
  ["POST", ["/exact", "/static", "/m", "/getonly/1", "/postonly", "/lm/1", "/headmap"]],
  ["OPTIONS", ["/exact", "/static", "/m", "/lm/1"]],
  ["PROPFIND", ["/exact", "/m", "/users/1"]],
];

/** Sends the path as it is, which fetch() would normalise; returns status, x-a and body. */
function ask(port: number, method: string, path: string): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  socket.on("error", reject);
  socket.on("close", () => {
    const [head = "", body = ""] = text.split("\r\n\r\n");
    resolve([head.slice(9, 12), /^x-a: (.*)$/im.exec(head)?.[1] ?? "", body]);
  });
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  return promise;
}

describe("server.routes", () => {
  const bun = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    ...new Function("h", `return { routes: ${ROUTES}, fetch: ${FETCH} }`)(new Function(`return ${HANDLER}`)()),
  });
  afterAll(() => bun.stop(true));

  test("leads every path and method where Bun.serve leads it", async () => {
    const source = `const h = ${HANDLER}; export default { server: { routes: ${ROUTES}, fetch: ${FETCH} } };`;
    await using worker = await workerWith(source);
    let stream = 0;
    for (const [method, paths] of METHODS) {
      for (const path of paths) {
        stream += 1;
        worker.request(stream, path, { method });
        const { status, headers, text } = await worker.response(stream);
        const answer = [String(status), valuesOf(headers, "x-a").join(), text];
        expect([method, path, ...answer]).toEqual([method, path, ...(await ask(bun.port as number, method, path))]);
      }
    }
  });

  test("gives handlers the server, params, cookies and the body, and sends the cookies they set", async () => {
    await using worker = await workerWith(`export default { server: { routes: {
      "/hello/:name": async (req, server) => {
        const seen = [req.params.name, req.cookies.get("a"), req.clone().params.name, await req.text(), server.port];
        req.cookies.set("b", "2");
        return Response.json(seen);
      } } } };`);
    worker.request(1, "/hello/x", { method: "POST", body: true, headers: ["cookie", "a=1"] });
    worker.bytes(Frame.Data, 1, Buffer.from("body"));
    worker.empty(Frame.End, 1);
    const answer = await worker.response(1);
    expect(JSON.parse(answer.text)).toEqual(["x", "1", "x", "body", 8000]);
    expect(valuesOf(answer.headers, "set-cookie")).toEqual(["b=2; Path=/; SameSite=Lax"]);
  });

  test("pass what they do not match on to server.fetch and then to routes", async () => {
    await using worker = await workerWith(`export default {
      server: {
        routes: { "/hello/a": new Response("a"), "/hello/gone": new Response("mine", { status: 404 }) },
        fetch: (req) => req.url.endsWith("/b") ? new Response("b") : new Response(null, { status: 404 }),
      },
      routes: { fetch: (req) => new Response("routes " + new URL(req.url).pathname) } };`);
    const answers = ["a", "gone", "b", "c"].map(async (path, at) => {
      worker.request(at + 1, `/hello/${path}`);
      return (await worker.response(at + 1)).text;
    });
    expect(await Promise.all(answers)).toEqual(["a", "mine", "b", "routes /c"]);
    worker.request(9, "/hello/a");
    expect((await worker.response(9)).text).toBe("a");
  });
});
