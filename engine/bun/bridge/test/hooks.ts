/** ON_REQUEST and ON_RESPONSE, for tests. */
import { Frame } from "../src/wire/frames.ts";
import type { FrameType } from "../src/wire/frames.ts";
import type { Received, Worker } from "./runtime.ts";

const LINE = { method: "GET", url: "http://localhost/shop/x", peer: "192.0.2.7", port: 4711, headers: [] as string[] };
export const APP = { name: "shop", version: "2.0.0", base: "/shop" };

/** Asks onRequest of the first plugin. */
export function onRequest(worker: Worker, stream: number, more: object = {}): void {
  worker.json(Frame.OnRequest, stream, { plugin: 0, app: APP, ...LINE, body: false, ...more });
}

/** Asks onResponse of the first plugin. */
export function onResponse(worker: Worker, stream: number, more: object = {}): void {
  worker.json(Frame.OnResponse, stream, {
    plugin: 0,
    app: APP,
    status: 200,
    headers: [],
    body: false,
    request: LINE,
    ...more,
  });
}

/** Waits for the first frame of a type on a stream. */
export function frameOf(worker: Worker, stream: number, type: FrameType): Promise<Received> {
  return worker.until(`frame ${type.toString(16)} of stream ${stream}`, () => worker.of(stream, type)[0]);
}

/** Waits for the result of a hook. */
export async function resultOf(worker: Worker, stream: number): Promise<any> {
  const types: FrameType[] = [Frame.OnRequestResult, Frame.OnResponseResult, Frame.Response, Frame.Abort];
  const frame = await worker.until(`a result of stream ${stream}`, () =>
    worker.of(stream).find(({ type }) => types.includes(type)),
  );
  return frame.json;
}

/** Waits for END and gives the text before it. */
export async function bodyOf(worker: Worker, stream: number): Promise<string> {
  await frameOf(worker, stream, Frame.End);
  return Buffer.concat(worker.of(stream, Frame.Data).map(({ bytes }) => bytes)).toString();
}

/** The source of a plugin with one hook of this body. */
export const hookSource = (hook: string): string =>
  `let log; export default { onInit(ctx) { log = ctx.logger.info; }, ${hook} };`;
