import { IncomingBody } from "../requests/body.ts";
import { fill } from "../requests/request.ts";
import { labelOf } from "../requests/serve.ts";
import { Frame, ruleOf } from "../wire/frames.ts";
import type { FrameType } from "../wire/frames.ts";
import type { RequestHead } from "../wire/messages.ts";
import type { Pool } from "./pool.ts";
import { PoolError } from "./pool-error.ts";
import { PooledStream } from "./stream.ts";
import type { Asker } from "./stream.ts";
import { Upload } from "./upload.ts";

// Taken before any plugin runs, which may replace it.
const { Response } = globalThis;

/** Has a pool answer a request of this process. A body of more than `maxBody` bytes is answered by 413. */
export function fetchFrom(pool: Pool, request: Request, maxBody: number): Promise<Response> {
  const local = new LocalRequest(request, maxBody);
  local.send(pool);
  return local.response;
}

/** The asking side of a stream: what the runtime is for requests that come from a client. */
class LocalRequest implements Asker {
  readonly #request: Request;
  readonly #maxBody: number;
  readonly #stream: PooledStream;
  readonly #sending: Upload;
  readonly #response = Promise.withResolvers<Response>();
  readonly #onAbort = (): void => this.#cancel(this.#request.signal.reason);
  #body: IncomingBody | undefined;

  constructor(request: Request, maxBody: number) {
    this.#request = request;
    this.#maxBody = maxBody;
    const head = headOf(request);
    const payload = Buffer.from(JSON.stringify(head));
    const { max } = ruleOf(Frame.Request);
    if (payload.length > max) throw new RangeError(`ctx.pool.fetch: the request's head is larger than ${max} bytes`);
    this.#stream = new PooledStream(payload, () => labelOf(head), this);
    this.#sending = new Upload(this.#stream);
  }

  get response(): Promise<Response> {
    return this.#response.promise;
  }

  send(pool: Pool): void {
    const { signal, body, headers } = this.#request;
    if (signal.aborted) return this.#cancel(signal.reason);
    if (Number(headers.get("content-length")) > this.#maxBody) return this.#tooLarge();
    signal.addEventListener("abort", this.#onAbort);
    pool.open(this.#stream);
    if (body !== null) void this.#upload(body);
  }

  frame(type: FrameType, payload: Buffer): void {
    if (type === Frame.Response) this.#head(payload);
    else if (type === Frame.Data) this.#body?.receive(payload);
    else if (type === Frame.End) this.#body?.end();
    else if (type === Frame.Credit) this.#sending.grant(payload);
    else if (type === Frame.Abort) this.#failed(payload);
  }

  over(): void {
    this.#sending.release();
    this.#request.signal.removeEventListener("abort", this.#onAbort);
  }

  #head(payload: Buffer): void {
    const head = JSON.parse(payload.toString()) as { status: number; headers: string[]; body: boolean };
    const headers = new Headers();
    fill(headers, head.headers);
    if (head.body) this.#body = new IncomingBody(false, (bytes) => this.#credit(bytes));
    this.#response.resolve(
      new Response(this.#body ? this.#reading(this.#body) : null, { status: head.status, headers }),
    );
  }

  /** The response's body; whoever cancels it ends the stream. */
  #reading(body: IncomingBody): ReadableStream<Uint8Array> {
    const reader = (body.open() as ReadableStream<Uint8Array>).getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => this.#cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  async #upload(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      if (!(await this.#sending.send(body, this.#maxBody))) this.#tooLarge();
    } catch (error) {
      this.#cancel(error);
    }
  }

  #credit(bytes: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(bytes);
    this.#stream.receive(Frame.Credit, payload);
  }

  #failed(payload: Buffer): void {
    const { code, message } = JSON.parse(payload.toString()) as { code: string; message: string };
    this.#end(new PoolError(code, message));
  }

  #tooLarge(): void {
    this.#response.resolve(new Response(`The body is larger than ${this.#maxBody} bytes`, { status: 413 }));
    this.#cancel(new PoolError("BODY_TOO_LARGE", `The body is larger than ${this.#maxBody} bytes`));
  }

  #cancel(reason: unknown): void {
    this.#stream.aborted(String(reason));
    this.#end(reason);
  }

  #end(reason: unknown): void {
    this.#response.reject(reason);
    this.#body?.fail(reason);
  }
}

function headOf({ method, url, headers, body }: Request): RequestHead {
  return {
    plugin: 0,
    method,
    url,
    peer: "",
    port: 0,
    body: body !== null,
    upgrade: false,
    headers: [...headers].flat(),
  };
}
