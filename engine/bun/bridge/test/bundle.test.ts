import { expect, test } from "bun:test";
import { join } from "node:path";
import { packageOf } from "./packages.ts";
import { BUNDLE } from "./runtime.ts";

test("the committed bundle is what the sources build, and names no place of the machine it was built on", async () => {
  const root = join(import.meta.dir, "..");
  const fresh = join(packageOf({}), "bridge.js");
  const { scripts } = await Bun.file(join(root, "package.json")).json();
  const [command, ...args] = scripts.build.replace("dist/bridge.js", fresh).split(" ");
  expect(command).toBe("bun");
  expect(await Bun.spawn([process.execPath, ...args], { cwd: root, stdout: "ignore", stderr: "inherit" }).exited).toBe(
    0,
  );
  const committed = await Bun.file(BUNDLE).text();
  expect(committed === (await Bun.file(fresh).text()), "run `bun run build`").toBe(true);
  expect(committed).not.toContain(root);
});
