import { describe, expect, test } from "bun:test";
import { IncomingBody, REPLAY_MAX } from "../src/requests/body.ts";
import { CREDIT_STEP, DATA_MAX, WINDOW } from "../src/wire/frames.ts";

/** A body that is not complete yet, and the credit that it gave back. */
function open(replay: boolean): { body: IncomingBody; credits: number[] } {
  const credits: number[] = [];
  return { body: new IncomingBody(replay, (bytes) => credits.push(bytes)), credits };
}

function readerOf(body: IncomingBody): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> } {
  const opened = body.open();
  if (opened instanceof Uint8Array) throw new Error("the body is complete, so there is nothing to stream");
  return opened.getReader();
}

describe("a body that is read a second time", () => {
  test("gives credit for its bytes once", async () => {
    const { body, credits } = open(true);
    for (let sent = 0; sent < WINDOW; sent += DATA_MAX) body.receive(new Uint8Array(DATA_MAX));
    const first = readerOf(body);
    await first.read();
    await first.read();
    expect(credits).toEqual([CREDIT_STEP, CREDIT_STEP]);
    body.rewind();
    const second = readerOf(body);
    await second.read();
    await second.read();
    expect(credits).toEqual([CREDIT_STEP, CREDIT_STEP]);
    await second.read();
    expect(credits).toEqual([CREDIT_STEP, CREDIT_STEP, CREDIT_STEP]);
  });

  test("gives nothing to its first reader any more", async () => {
    const { body } = open(true);
    body.receive(Uint8Array.of(1));
    const first = readerOf(body);
    await first.read();
    const pending = first.read();
    body.rewind();
    await expect(pending).rejects.toThrow("gone on to routes");
    const second = readerOf(body);
    body.receive(Uint8Array.of(2));
    body.end();
    await expect(first.read()).rejects.toThrow("gone on to routes");
    expect([(await second.read()).value?.[0], (await second.read()).value?.[0]]).toEqual([1, 2]);
    expect((await second.read()).done).toBe(true);
  });

  test("keeps the reader of before out even if it reads first", async () => {
    const { body } = open(true);
    const first = readerOf(body);
    body.rewind();
    body.receive(Uint8Array.of(1));
    await expect(first.read()).rejects.toThrow("gone on to routes");
    expect((await readerOf(body).read()).value?.[0]).toBe(1);
  });

  test("shows the bytes as they came, whatever the first reader did to them", async () => {
    const { body } = open(true);
    body.receive(Uint8Array.of(1, 2, 3));
    (await readerOf(body).read()).value?.fill(9);
    body.rewind();
    expect([...((await readerOf(body).read()).value ?? [])]).toEqual([1, 2, 3]);
  });

  test("is refused once more was read than is kept", async () => {
    const { body } = open(true);
    const reader = readerOf(body);
    for (let read = 0; read <= REPLAY_MAX; read += DATA_MAX) {
      body.receive(new Uint8Array(DATA_MAX));
      await reader.read();
    }
    expect(() => body.rewind()).toThrow(`read more than ${REPLAY_MAX} bytes`);
  });
});

test("a body that is complete at once is given as bytes, again after a rewind", () => {
  const { body } = open(true);
  body.receive(Uint8Array.of(1));
  body.receive(Uint8Array.of(2));
  body.end();
  expect([...(body.open() as Uint8Array)]).toEqual([1, 2]);
  body.rewind();
  expect([...(body.open() as Uint8Array)]).toEqual([1, 2]);
});
