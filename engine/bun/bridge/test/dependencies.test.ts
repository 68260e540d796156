import { describe, expect, test } from "bun:test";
import type { Spec } from "./packages.ts";
import { packageOf } from "./packages.ts";
import { Worker } from "./runtime.ts";

const OK = 'export default () => ({ provides: () => "ok" });';

describe("dependencies", () => {
  const provider =
    "const live = { calls: 0, hit() { return ++this.calls; } }; export default () => ({ provides: () => live });";
  const consumer = (name: string): string =>
    `export default () => ({ provides() {}, onInit(ctx) { const got = ctx.getPlugin("${name}"); ctx.logger.info(String(got?.hit?.() ?? got)); } });`;

  test("hand over live objects", async () => {
    await using worker = await Worker.spawn();
    const dependencies = [{ name: "store", required: true }];
    await worker.init([
      { name: "store", root: packageOf({ "plugin.ts": provider }) },
      { name: "a", root: packageOf({ "plugin.ts": consumer("store") }), dependencies },
      { name: "b", root: packageOf({ "plugin.ts": consumer("store") }), dependencies },
    ]);
    expect(worker.logs().map(({ plugin, message }) => [plugin, message])).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  test("that fail take only those along that require them, without importing them", async () => {
    await using worker = await Worker.spawn();
    const failing = packageOf({
      "plugin.ts": "export default () => ({ provides() {}, onInit() { throw new Error('no'); } });",
    });
    const requires = (name: string): Partial<Spec>["dependencies"] => [{ name, required: true }];
    const reports = await worker.init([
      { name: "bad", root: failing },
      {
        name: "direct",
        root: packageOf({ "plugin.ts": "console.log('imported'); export default {};" }),
        dependencies: requires("bad") ?? [],
      },
      { name: "indirect", root: packageOf({ "plugin.ts": OK }), dependencies: requires("direct") ?? [] },
      {
        name: "optional",
        root: packageOf({ "plugin.ts": consumer("bad") }),
        dependencies: [{ name: "bad", required: false }],
      },
      { name: "other", root: packageOf({ "plugin.ts": OK }) },
    ]);
    expect(reports.map(({ reason }) => reason)).toEqual([
      "InitFailed",
      "DependencyNotReady",
      "DependencyNotReady",
      undefined,
      undefined,
    ]);
    expect(reports[1].message).toBe("requires bad, which is not ready: InitFailed");
    expect(worker.logs().map(({ message }) => message)).toEqual(["undefined"]);
    worker.hangUp();
    expect(await worker.process.stdout.text()).toBe("");
  });

  test("that are not declared are undefined, with one warning", async () => {
    await using worker = await Worker.spawn();
    const source = `export default () => ({ provides() {}, onInit(ctx) { ctx.getPlugin("store"); ctx.logger.info(String(ctx.getPlugin("store"))); } });`;
    await worker.init([
      { name: "store", root: packageOf({ "plugin.ts": provider }) },
      { root: packageOf({ "plugin.ts": source }) },
    ]);
    expect(worker.logs().map(({ level }) => level)).toEqual(["warn", "info"]);
    expect(worker.logs()[0]?.message).toMatch(/getPlugin\("store"\): name it under dependencies/);
    expect(worker.logs()[1]?.message).toBe("undefined");
  });
});
