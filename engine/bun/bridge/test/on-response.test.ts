import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { APP, bodyOf, frameOf, hookSource, onResponse, resultOf } from "./hooks.ts";
import { valuesOf } from "./packages.ts";
import type { Worker } from "./runtime.ts";
import { workerWith } from "./runtime.ts";

const hook = (body: string): Promise<Worker> =>
  workerWith(hookSource(`async onResponse(response, app, request) { ${body} }`));
const html = { body: true, headers: ["content-type", "text/html", "content-length", "5"] };

describe("onResponse", () => {
  test("sees the response, whom it is of and the request, and lets it pass", async () => {
    await using worker = await hook(
      "log(JSON.stringify([response.status, [...response.headers], app, request.method, request.url]));",
    );
    onResponse(worker, 1, { status: 404, headers: ["x-a", "1"] });
    expect(await resultOf(worker, 1)).toEqual({ kind: "continue" });
    expect(JSON.parse(worker.logs()[0]?.message ?? "")).toEqual([
      404,
      [["x-a", "1"]],
      APP,
      "GET",
      "http://localhost/shop/x",
    ]);
  });

  test("changes the head and leaves the body where it is", async () => {
    await using worker = await hook(`
      if (response.status === 201) return void response.headers.set("x-by", "hook");
      const headers = new Headers(response.headers); headers.append("set-cookie", "a=1"); headers.append("set-cookie", "b=2");
      return new Response(response.body, { status: 203, headers });`);
    onResponse(worker, 1, { ...html, status: 201 });
    onResponse(worker, 2, html);
    onResponse(worker, 3, { status: 201 });
    const one = await resultOf(worker, 1);
    expect(one).toMatchObject({ kind: "response", status: 201, body: "same" });
    expect(valuesOf(one.headers, "x-by")).toEqual(["hook"]);
    const two = await resultOf(worker, 2);
    expect(two).toMatchObject({ kind: "response", status: 203, body: "same" });
    expect(valuesOf(two.headers, "set-cookie")).toEqual(["a=1", "b=2"]);
    expect(valuesOf(two.headers, "content-length")).toEqual(["5"]);
    expect(await resultOf(worker, 3)).toMatchObject({ status: 201, body: "none" });
    await worker.ping();
    expect(worker.received.filter(({ type }) => type === Frame.BodyWanted)).toEqual([]);
  });

  test("replaces the body, whole or as a stream, and its length", async () => {
    await using worker = await hook(`
      const upper = new TransformStream({ transform(chunk, c) { c.enqueue(Buffer.from(chunk).toString().toUpperCase()); } });
      if (response.status === 201) return new Response(response.body.pipeThrough(upper), response);
      return new Response((await response.text()) + "!", response);`);
    for (const [stream, status] of [
      [1, 200],
      [2, 201],
    ] as const) {
      onResponse(worker, stream, { ...html, status });
      await frameOf(worker, stream, Frame.BodyWanted);
      worker.bytes(Frame.Data, stream, Buffer.from("hello"));
      worker.empty(Frame.End, stream);
    }
    const one = await resultOf(worker, 1);
    expect(one).toMatchObject({ kind: "response", status: 200, body: "own" });
    expect(valuesOf(one.headers, "content-length")).toEqual(["6"]);
    expect(valuesOf(one.headers, "content-type")).toEqual(["text/html"]);
    expect(await bodyOf(worker, 1)).toBe("hello!");
    const two = await resultOf(worker, 2);
    expect(two).toMatchObject({ kind: "response", status: 201, body: "own" });
    expect(valuesOf(two.headers, "content-length")).toEqual([]);
    expect(await bodyOf(worker, 2)).toBe("HELLO");
  });

  test("that only reads lets the response pass", async () => {
    await using worker = await hook("log('read ' + await response.clone().text());");
    onResponse(worker, 1, html);
    await frameOf(worker, 1, Frame.BodyWanted);
    worker.bytes(Frame.Data, 1, Buffer.from("hello"));
    worker.empty(Frame.End, 1);
    expect(await resultOf(worker, 1)).toEqual({ kind: "continue" });
    await worker.log("read hello");
  });

  test.each([
    ["throws", "throw new Error('inside');", /onResponse for GET http:\/\/localhost\/shop\/x failed: Error: inside/],
    ["returns no Response", "return 'text';", /onResponse returned text instead of a Response/],
  ])("that %s is aborted and logged", async (_, body, line) => {
    await using worker = await hook(body);
    onResponse(worker, 1, html);
    expect(await resultOf(worker, 1)).toMatchObject({ code: "PLUGIN_ERROR" });
    expect((await worker.log("onResponse")).message).toMatch(line);
  });

  test("of a response without a body sees none", async () => {
    await using worker = await hook("log(String(response.body) + ' ' + response.status);");
    onResponse(worker, 1, { status: 304 });
    await worker.log("null 304");
    expect(await resultOf(worker, 1)).toEqual({ kind: "continue" });
  });
});
