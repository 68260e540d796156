/** WebSocket streams, for tests. */
import { Frame } from "../src/wire/frames.ts";
import type { FrameType } from "../src/wire/frames.ts";
import type { Received, Worker } from "./runtime.ts";
import { workerWith } from "./runtime.ts";

/** A plugin whose every request becomes a WebSocket, with these handlers; `log` and `server` are at hand. */
export function socketWorker(websocket: string, upgrade = "server.upgrade(request)"): Promise<Worker> {
  return workerWith(`let log, server; export default {
    onInit(ctx) { log = ctx.logger.info; },
    routes: { fetch(request, given) { server = given; ${upgrade}; } },
    websocket: { ${websocket} } };`);
}

/** Opens a stream that may be upgraded, and waits for WS_ACCEPT. */
export async function open(worker: Worker, stream: number, more: object = {}): Promise<any> {
  worker.request(stream, "/hello/ws", { upgrade: true, ...more });
  return (await frame(worker, stream, Frame.WsAccept)).json;
}

/** Waits for the first frame of a type on a stream. */
export function frame(worker: Worker, stream: number, type: FrameType): Promise<Received> {
  return worker.until(`frame ${type.toString(16)} of stream ${stream}`, () => worker.of(stream, type)[0]);
}

/** Sends a message in one piece, or a piece of one. */
export function send(worker: Worker, stream: number, data: string | Uint8Array, more = false): void {
  const type = typeof data === "string" ? Frame.WsText : Frame.WsBinary;
  worker.bytes(type, stream, Buffer.concat([Buffer.of(more ? 0 : 1), Buffer.from(data as string)]));
}

/** Sends a ping or pong. */
export function control(worker: Worker, stream: number, type: FrameType, data: string): void {
  worker.bytes(type, stream, Buffer.from(`\x01${data}`));
}

/** Closes from the runtime's side. */
export function close(worker: Worker, stream: number, code: number, reason = ""): void {
  worker.json(Frame.WsClose, stream, { code, reason });
}

/** The whole messages that came on a stream so far; text as strings. */
export function messages(worker: Worker, stream: number): (string | Buffer)[] {
  const whole: (string | Buffer)[] = [];
  let pieces: Buffer[] = [];
  for (const { type, bytes } of worker.of(stream)) {
    if (type !== Frame.WsText && type !== Frame.WsBinary) continue;
    pieces.push(bytes.subarray(1));
    if (bytes[0] !== 1) continue;
    const message = Buffer.concat(pieces);
    whole.push(type === Frame.WsText ? message.toString() : message);
    pieces = [];
  }
  return whole;
}

/** Waits for so many whole messages. */
export async function received(worker: Worker, stream: number, count: number): Promise<(string | Buffer)[]> {
  await worker.until(`${count} messages`, () => messages(worker, stream).length >= count);
  return messages(worker, stream);
}

/** Bytes of a WebSocket stream's frames so far, which its credit is for. */
export function sentBytes(worker: Worker, stream: number): number {
  const types: FrameType[] = [Frame.WsText, Frame.WsBinary, Frame.WsPing, Frame.WsPong];
  return worker
    .of(stream)
    .filter(({ type }) => types.includes(type))
    .reduce((sum, { bytes }) => sum + bytes.length, 0);
}
