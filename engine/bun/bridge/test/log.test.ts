import { describe, expect, test } from "bun:test";
import { clip, formatArgs, Log, MESSAGE_MAX } from "../src/log.ts";
import { Frame, TO_RUNTIME } from "../src/wire/frames.ts";
import { FrameReader } from "../src/wire/reader.ts";
import { FrameWriter } from "../src/wire/writer.ts";

function lines(writer: FrameWriter): { plugin: string; level: string; message: string }[] {
  const found: { plugin: string; level: string; message: string }[] = [];
  new FrameReader(TO_RUNTIME, (type, _, payload) => {
    if (type === Frame.Log) found.push(JSON.parse(payload.toString()));
  }).push(Buffer.from(writer.waiting()));
  return found;
}

describe("clip", () => {
  test("leaves short texts alone", () => {
    expect(clip("grüße\n\t…")).toBe("grüße\n\t…");
  });

  test.each(["x", "ü", "€", "😀"])("cuts a long text of %s to whole characters within its bytes", (character) => {
    const cut = clip(character.repeat(20_000));
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(MESSAGE_MAX);
    expect(Buffer.byteLength(cut)).toBeGreaterThan(MESSAGE_MAX - 40);
    expect(cut).toEndWith("… (truncated)");
    expect(cut).not.toContain("\ufffd");
  });

  test("lets a message of the worst characters fit into its frame", () => {
    for (const character of ["\x1b", '"', "\n", "\ud800"]) {
      const writer = new FrameWriter(() => {});
      new Log(writer).write("p", "info", character.repeat(50_000));
      expect(lines(writer)).toHaveLength(1);
    }
  });
});

describe("formatArgs", () => {
  test("formats as console does", () => {
    expect(formatArgs(["a", "b"])).toBe("a b");
    expect(formatArgs(["%s has %d", "it", 3, { a: [1] }])).toBe("it has 3 { a: [ 1 ] }");
  });

  test("shows an error with its stack", () => {
    expect(formatArgs(["failed:", new TypeError("no")])).toMatch(/failed: TypeError: no\n\s+at .*log\.test\.ts/);
  });
});

test("drops log lines that the runtime does not read, and says how many", () => {
  const writer = new FrameWriter(() => {});
  const log = new Log(writer);
  for (let count = 0; count < 400; count += 1) log.write("p", "info", "x".repeat(MESSAGE_MAX));
  expect(writer.size).toBeLessThan(5 * 1024 * 1024);
  writer.sent(writer.size);
  log.write("p", "info", "again");
  const [dropped, again] = lines(writer);
  expect(dropped?.message).toMatch(/^\d+ log lines were dropped/);
  expect(again?.message).toBe("again");
});
