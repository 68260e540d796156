import { describe, expect, test } from "bun:test";
import { packageOf } from "./packages.ts";
import { outcomeOf, Worker } from "./runtime.ts";

const OK = 'export default () => ({ provides: () => "ok" });';

describe("a plugin that does not load says what is wrong and where", () => {
  test.each<[string, Record<string, string>, RegExp, string | null]>([
    ["a syntax error", { "plugin.ts": "// one\nconst a = ;\n" }, /^Unexpected ;$/, "plugin.ts:2:11"],
    ["two syntax errors", { "plugin.ts": "function f( {\n  const a = ;\n}\n" }, /\(and 1 more\)$/, "plugin.ts:2:9"],
    [
      "a syntax error in another file",
      { "plugin.ts": 'import "./lib/b.ts";', "lib/b.ts": "const a = ;" },
      /^Unexpected ;$/,
      "lib/b.ts:1:11",
    ],
    [
      "an unresolved package",
      { "plugin.ts": '// one\nimport { x } from "@acme/none/sub";\nexport default () => x;' },
      /cannot find the package "@acme\/none\/sub".*bundle it.*bun build/,
      "plugin.ts:2:19",
    ],
    [
      "an unresolved file",
      { "plugin.ts": 'import x from "./none.ts";\nexport default () => x;' },
      /^Cannot find module '.\/none.ts' imported from plugin.ts$/,
      "plugin.ts:1:15",
    ],
    [
      "a missing export",
      { "plugin.ts": 'import { no } from "./b.ts";\nexport default no;', "b.ts": "export const yes = 1;" },
      /^SyntaxError: Export named 'no' not found in module 'b.ts'/,
      null,
    ],
    [
      "a throw while loading",
      { "plugin.ts": "function boom(): never {\n  throw new TypeError('no way');\n}\nboom();\nexport default 1;" },
      /^TypeError: no way$/,
      "plugin.ts:2:13",
    ],
    [
      "a throw in the factory",
      { "plugin.ts": "export default () => {\n  throw new Error('no key');\n};" },
      /^no key$/,
      "plugin.ts:2:13",
    ],
    [
      "a factory that rejects with a string",
      { "plugin.ts": "export default async () => { throw 'plain'; };" },
      /^plain$/,
      null,
    ],
    ["no default export", { "plugin.ts": "export const a = 1;" }, /^plugin.ts must export by default a factory/, null],
    ["a missing entry", { "other.ts": OK }, /^the entry plugin.ts is not in the package: build it/, null],
    [
      "a factory that returns nothing",
      { "plugin.ts": "export default () => undefined;" },
      /must give a PluginImpl, not undefined$/,
      null,
    ],
    [
      "an app instead of a plugin",
      { "plugin.ts": "export default () => ({ fetch() {}, routes: [] });" },
      /return \{ routes: app \}$/,
      null,
    ],
    [
      "routes without fetch",
      { "plugin.ts": "export default () => ({ routes: {} });" },
      /^routes must have fetch/,
      null,
    ],
    [
      "a plugin that serves nothing",
      { "plugin.ts": "export default () => ({ onShutdown() {} });" },
      /serves and hooks nothing/,
      null,
    ],
  ])("%s", async (_, files, message, position) => {
    const report = await outcomeOf(files);
    expect(report).toMatchObject({ state: "failed", reason: "LoadFailed", position });
    expect(report["message"]).toMatch(message);
  });

  test("an error in a package reached through a link has a position too", async () => {
    const root = packageOf({ "real/plugin.ts": "throw new Error('x');" });
    await Bun.$`ln -s real link`.cwd(root).quiet();
    await using worker = await Worker.spawn();
    const [report] = await worker.init([{ root: `${root}/link` }]);
    expect(report.position).toBe("plugin.ts:1:11");
  });
});
