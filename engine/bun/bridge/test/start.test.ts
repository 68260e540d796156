import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { packageOf } from "./packages.ts";
import { outcomeOf, Worker } from "./runtime.ts";

const OK = 'export default () => ({ provides: () => "ok" });';

describe("starting", () => {
  test("gives factory and onInit the configuration and the context", async () => {
    await using worker = await Worker.spawn();
    const source = `export default (config) => ({
      provides: () => 1,
      onInit(ctx) {
        const { info } = ctx.logger;
        info("%j", { same: ctx.config === config, config, runtime: ctx.runtime, globalConfig: ctx.globalConfig });
        ctx.logger.debug("d"); ctx.logger.warn("w"); ctx.logger.error(new Error("e"));
      },
    });`;
    const [report] = await worker.init([
      { name: "@acme/one", root: packageOf({ "plugin.ts": source }), config: { a: [1] } },
    ]);
    expect(report).toEqual({ name: "@acme/one", state: "ready", hooks: [], onRequestFailOpen: false });
    const [info, debug, warn, error] = worker.logs();
    expect(JSON.parse(info?.message ?? "")).toEqual({
      same: true,
      config: { a: [1] },
      runtime: { api: "/_/api", version: "0.1.0" },
      globalConfig: { poolSize: 1, pluginDirs: ["/plugins"], workerDirs: [] },
    });
    expect([info?.plugin, info?.level, debug?.level, warn?.level, error?.level]).toEqual([
      "@acme/one",
      "info",
      "debug",
      "warn",
      "error",
    ]);
    expect(error?.message).toMatch(/^Error: e\n\s+at .*plugin\.ts/);
  });

  test("fails a plugin whose onInit throws, at its position", async () => {
    const report = await outcomeOf({
      "plugin.ts":
        "export default () => ({ provides() {}, async onInit() {\n  await 1;\n  throw new Error('no database');\n} });",
    });
    expect(report).toMatchObject({ reason: "InitFailed", message: "no database", position: "plugin.ts:3:13" });
  });

  test("refuses routes without a base to serve them under", async () => {
    const report = await outcomeOf(
      { "plugin.ts": "export default { routes: { fetch: () => new Response() } };" },
      { base: null },
    );
    expect(report["reason"]).toBe("RoutesWithoutBase");
    expect(report["message"]).toContain("write `base: /my-plugin`");
  });

  test("starts a plugin that only works in the background", async () => {
    const report = await outcomeOf({ "plugin.ts": "export default { onInit() {} };" }, { base: null });
    expect(report).toMatchObject({ state: "ready" });
  });

  test("fails a plugin whose provides throws", async () => {
    const report = await outcomeOf({
      "plugin.ts": "export default () => ({ provides() { throw new Error('none'); } });",
    });
    expect(report).toMatchObject({ reason: "InitFailed", message: "none" });
  });

  test.each([
    [
      "onInit",
      "export default () => ({ provides() {}, onInit: () => new Promise(() => {}) });",
      /^onInit did not end within 50 ms: /,
    ],
    [
      "the factory",
      "export default () => new Promise(() => {});",
      /^the import of plugin.ts and its factory did not end/,
    ],
    [
      "the import",
      "await new Promise(() => {}); export default 1;",
      /^the import of plugin.ts and its factory did not end/,
    ],
  ])("fails a plugin when %s hangs", async (_, source, message) => {
    const report = await outcomeOf({ "plugin.ts": source }, { initTimeoutMs: 50 });
    expect(report["reason"]).toBe("InitTimeout");
    expect(report["message"]).toMatch(message);
  });

  test("does not go on with a plugin whose time was up", async () => {
    await using worker = await Worker.spawn();
    const late = `export default (config) => new Promise((resolve) => { globalThis.release = () => resolve({
      onInit(ctx) { ctx.logger.error("onInit ran"); }, provides() {} }); });`;
    const next = `export default () => ({ provides() {}, async onInit(ctx) { globalThis.release(); for (let i = 0; i < 20; i++) await 1; ctx.logger.info("done"); } });`;
    await worker.init([
      { root: packageOf({ "plugin.ts": late }), initTimeoutMs: 20 },
      { root: packageOf({ "plugin.ts": next }) },
    ]);
    await worker.log("done");
    expect(worker.logs().map(({ message }) => message)).toEqual(["done"]);
  });

  test("reports every plugin in order before READY", async () => {
    await using worker = await Worker.spawn();
    const reports = await worker.init([
      { root: packageOf({ "plugin.ts": OK }) },
      { root: packageOf({}) },
      { root: packageOf({ "plugin.ts": OK }) },
    ]);
    expect(reports.map(({ name, state }) => [name, state])).toEqual([
      ["plugin-0", "ready"],
      ["plugin-1", "failed"],
      ["plugin-2", "ready"],
    ]);
    expect(worker.received.at(-1)?.type).toBe(Frame.Ready);
  });
});
