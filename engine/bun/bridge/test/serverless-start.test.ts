import { describe, expect, test } from "bun:test";
import { outcomeOf } from "./runtime.ts";
import { WORKERS } from "./serverless.ts";

const start = (source: string, mode: "serverless" | "auto" = "serverless") =>
  outcomeOf({ "index.ts": source }, { entry: "index.ts", mode, workers: WORKERS, initTimeoutMs: 1000 });

describe("a serverless module that does not load says what is wrong and where", () => {
  test.each<[string, string, RegExp, string | null]>([
    ["a syntax error", "// one\nconst a = ;\n", /^Unexpected ;$/, "index.ts:2:11"],
    [
      "an unresolved package",
      'import { x } from "@acme/none";\nexport default { fetch: x };',
      /cannot find the package "@acme\/none".*bundle it/,
      "index.ts:1:19",
    ],
    ["a throw while loading", "\nthrow new TypeError('no way');", /^TypeError: no way$/, "index.ts:2:11"],
    ["process.exit while loading", "process.exit(0);", /ended itself, as by process.exit/, null],
    ["nothing to ask", "export const a = 1;", /^index.ts must export fetch\(request\) or routes/, null],
    ["a factory", "export default () => ({});", /must export fetch.*persistent plugin/, null],
  ])("%s", async (_, source, message, position) => {
    const report = await start(source);
    expect(report).toMatchObject({ state: "failed", reason: "LoadFailed", position });
    expect(report["message"]).toMatch(message);
  });

  test("an import that does not end is ended", async () => {
    const report = await start("for (;;);");
    expect(report).toMatchObject({ state: "failed", reason: "InitTimeout" });
    expect(report["message"]).toContain("within 1000 ms");
  });

  test("a module to serve without a base", async () => {
    const files = { "index.ts": "export default { fetch() {} };" };
    const report = await outcomeOf(files, { entry: "index.ts", mode: "serverless", workers: WORKERS, base: null });
    expect(report["reason"]).toBe("RoutesWithoutBase");
  });
});

describe("a root index", () => {
  const where = `throw new Error(Bun.isMainThread ? "persistent" : "serverless");`;
  test.each([
    ["that exports an app is serverless", "export default { fetch() {} };", "ready"],
    ["that exports routes by name is serverless", "export const routes = {};", "ready"],
    [
      "that exports an app's instance is serverless",
      "class App { fetch() {} onRequest() {} } export default new App();",
      "ready",
    ],
    ["that exports a factory is a plugin", `export default () => { ${where} };`, "persistent"],
    ["that has onInit is a plugin", `export default { onInit() { ${where} } };`, "persistent"],
    [
      "that has server.fetch is a plugin",
      `export default { server: { fetch() {} }, onInit() { ${where} } };`,
      "persistent",
    ],
  ])("%s", async (_, source, expected) => {
    const report = await start(source, "auto");
    expect(report["state"] === "ready" ? "ready" : report["message"]).toBe(expected);
  });
});
