import { describe, expect, test } from "bun:test";
import { Frame, FrameTooLarge, HEADER, TO_RUNTIME, TO_WORKER, Violation } from "../src/wire/frames.ts";
import type { FrameType } from "../src/wire/frames.ts";
import { FrameReader } from "../src/wire/reader.ts";
import { FrameWriter } from "../src/wire/writer.ts";

interface Plain {
  type: number;
  stream: number;
  payload: string;
}

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function collector(accepted: readonly FrameType[] = TO_WORKER): { reader: FrameReader; frames: Plain[] } {
  const frames: Plain[] = [];
  const reader = new FrameReader(accepted, (type, stream, payload) => {
    frames.push({ type, stream, payload: payload.toString("latin1") });
  });
  return { reader, frames };
}

function written(write: (writer: FrameWriter) => void): Buffer {
  const writer = new FrameWriter(() => {});
  write(writer);
  return Buffer.from(writer.waiting());
}

const SAMPLE = written((writer) => {
  writer.bytes(Frame.Ping, 0, Buffer.from("12345678"));
  writer.json(Frame.Request, 7, { method: "GET", url: "http://localhost/ü" });
  writer.bytes(Frame.Data, 7, Buffer.alloc(300, 1));
  writer.empty(Frame.End, 7);
  writer.number(Frame.Credit, 0xffff_ffff, 65536);
});

function readWhole(bytes: Buffer): Plain[] {
  const { reader, frames } = collector();
  reader.push(bytes);
  return frames;
}

/** A frame's bytes with any header. */
function frame(length: number, type: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(length, 0);
  header[4] = type;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

describe("the reader", () => {
  test("delivers the same frames wherever the bytes are split", () => {
    const whole = readWhole(SAMPLE);
    expect(whole.map(({ type, stream }) => [type, stream])).toEqual([
      [Frame.Ping, 0],
      [Frame.Request, 7],
      [Frame.Data, 7],
      [Frame.End, 7],
      [Frame.Credit, 0xffff_ffff],
    ]);
    for (let first = 0; first <= SAMPLE.length; first += 1) {
      const { reader, frames } = collector();
      reader.push(SAMPLE.subarray(0, first));
      reader.push(SAMPLE.subarray(first));
      expect(frames).toEqual(whole);
    }
  });

  test("delivers the same frames from single bytes", () => {
    const { reader, frames } = collector();
    for (const byte of SAMPLE) reader.push(Buffer.of(byte));
    expect(frames).toEqual(readWhole(SAMPLE));
  });

  test("delivers random frames from random chunks unchanged", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomFrom(seed);
      const sent: Plain[] = [];
      const bytes = written((writer) => {
        for (let count = random(20) + 1; count > 0; count -= 1) {
          const payload = Buffer.from(Array.from({ length: random(500) + 1 }, () => random(256)));
          const stream = random(5) + 1;
          writer.bytes(Frame.Data, stream, payload);
          sent.push({ type: Frame.Data, stream, payload: payload.toString("latin1") });
        }
      });
      const { reader, frames } = collector();
      for (let at = 0; at < bytes.length;) {
        const size = random(600) + 1;
        reader.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(frames, `seed ${seed}`).toEqual(sent);
    }
  });

  test("gives nothing but frames or a violation for random bytes", () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const random = randomFrom(seed);
      const { reader } = collector();
      try {
        for (let count = 0; count < 20; count += 1) {
          const short = frame(
            5 + random(12),
            random(24),
            random(2),
            Buffer.from(Array.from({ length: random(12) }, () => random(256))),
          );
          reader.push(short);
        }
      } catch (error) {
        expect(error, `seed ${seed}`).toBeInstanceOf(Violation);
      }
    }
  });

  test("gathers an INIT of nearly 16 MiB from small chunks", () => {
    const payload = Buffer.alloc(16 * 1024 * 1024 - 5, "x");
    const bytes = frame(payload.length + 5, Frame.Init, 0, payload);
    let received = 0;
    const reader = new FrameReader(TO_WORKER, (_, __, whole) => {
      received = whole.equals(payload) ? whole.length : -1;
    });
    for (let at = 0; at < bytes.length; at += 1000) reader.push(bytes.subarray(at, at + 1000));
    expect(received).toBe(payload.length);
  });

  test.each([
    ["a length below the header's", frame(4, Frame.Ping, 0)],
    ["an unknown type", frame(5, 0x7f, 0)],
    ["a type that only workers send", frame(13, Frame.Pong, 0)],
    ["a type beyond the last", frame(7, 0x36, 1)],
    ["an INIT beyond 16 MiB", frame(16 * 1024 * 1024 + 1, Frame.Init, 0)],
    ["a REQUEST beyond 256 KiB", frame(5 + 256 * 1024 + 1, Frame.Request, 1)],
    ["DATA beyond 64 KiB", frame(5 + 64 * 1024 + 1, Frame.Data, 1)],
    ["empty DATA", frame(5, Frame.Data, 1)],
    ["END with a payload", frame(6, Frame.End, 1)],
    ["CREDIT of three bytes", frame(8, Frame.Credit, 1)],
    ["PING of seven bytes", frame(12, Frame.Ping, 0)],
    ["a REQUEST on stream 0", frame(7, Frame.Request, 0)],
    ["a PING on stream 1", frame(13, Frame.Ping, 1)],
  ])("refuses %s by its header alone", (_, bytes) => {
    expect(() => collector().reader.push(bytes)).toThrow(Violation);
  });
});

describe("the writer", () => {
  test("sends every byte once, however little the socket takes at a time", () => {
    const random = randomFrom(42);
    const writer = new FrameWriter(() => {});
    const { reader, frames } = collector(TO_RUNTIME);
    const sent: string[] = [];
    for (let round = 0; round < 2000; round += 1) {
      const payload = Buffer.alloc(random(3000) + 1, round);
      writer.bytes(Frame.Data, 1, payload);
      sent.push(payload.toString("latin1"));
      const some = writer.waiting().subarray(0, random(4000));
      reader.push(Buffer.from(some));
      writer.sent(some.length);
    }
    reader.push(Buffer.from(writer.waiting()));
    expect(frames.map(({ payload }) => payload)).toEqual(sent);
  });

  test("adds nothing of a frame that is too large", () => {
    const writer = new FrameWriter(() => {});
    writer.empty(Frame.End, 1);
    const before = Buffer.from(writer.waiting());
    expect(() => writer.json(Frame.Log, 0, { message: "x".repeat(70_000) })).toThrow(FrameTooLarge);
    expect(Buffer.from(writer.waiting())).toEqual(before);
  });
});
