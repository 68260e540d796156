import type { RequestHead } from "../wire/messages.ts";
import { DATA_MAX, Frame, Violation } from "../wire/frames.ts";
import { SendWindow } from "../wire/window.ts";
import type { FrameWriter } from "../wire/writer.ts";
import { IncomingBody } from "./body.ts";

/** One stream: a request's frames coming in, its response's going out, and whether it is over. */
export class Exchange {
  /** Undefined if the request has none. */
  readonly body: IncomingBody | undefined;
  readonly window = new SendWindow();
  readonly #writer: FrameWriter;
  readonly #release: (id: number) => void;
  readonly #abort = new AbortController();
  #whenAborted: ((reason: unknown) => void) | undefined;
  #headSent = false;
  #over = false;

  /**
   * `replay` says that the body may be read twice. `release` is called once, when the stream is
   * over and its number may be used again.
   */
  constructor(
    readonly id: number,
    readonly head: RequestHead,
    replay: boolean,
    writer: FrameWriter,
    release: (id: number) => void,
  ) {
    this.#writer = writer;
    this.#release = release;
    if (head.body) this.body = new IncomingBody(replay, (bytes) => this.#giveCredit(bytes));
  }

  /** Aborted when the client goes away. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether nothing more may be sent on this stream. */
  get over(): boolean {
    return this.#over;
  }

  /** Takes a frame of this stream from the runtime. */
  receive(type: number, payload: Buffer): void {
    if (type === Frame.Credit) return this.window.grant(payload.readUInt32BE(0));
    if (this.body === undefined) throw new Violation("DATA or END for a request without a body");
    if (type === Frame.Data) this.body.receive(payload);
    else this.body.end();
  }

  /** Ends the stream because the runtime says so: the plugin sees its signal, its body and its response's fail. */
  aborted(message: string): void {
    const reason = new DOMException(message, "AbortError");
    this.#end();
    this.body?.fail(reason);
    this.#abort.abort(reason);
    this.#whenAborted?.(reason);
  }

  /** Has `listener`, the only one, called when the runtime ends the stream early. */
  onAbort(listener: (reason: unknown) => void): void {
    this.#whenAborted = listener;
  }

  /** Sends the response's head; without a body that ends the stream. */
  sendHead(status: number, headers: readonly string[], body: boolean): void {
    this.#writer.json(Frame.Response, this.id, { status, headers, body });
    this.#headSent = true;
    if (!body) this.#finish();
  }

  /** Sends a response whose body is a text that fits into one DATA frame. */
  sendWhole(status: number, headers: readonly string[], text: string): void {
    this.sendHead(status, headers, true);
    this.#writer.text(Frame.Data, this.id, text);
    this.sendEnd();
  }

  /** Sends bytes of the response's body, no more than the window has. */
  sendData(bytes: Uint8Array): void {
    this.window.spend(bytes.length);
    this.#writer.bytes(Frame.Data, this.id, bytes);
  }

  /** How many of so many bytes one DATA frame may carry now. */
  room(bytes: number): number {
    return Math.min(bytes, this.window.available, DATA_MAX);
  }

  /** Ends the response's body and with it the stream. */
  sendEnd(): void {
    this.#writer.empty(Frame.End, this.id);
    this.#finish();
  }

  /** Ends the stream because the plugin failed. What is sent may reach a client, so it tells nothing of the plugin's inside. */
  sendAbort(): void {
    if (this.#over) return;
    this.#writer.json(Frame.Abort, this.id, this.#headSent ? RESPONSE_FAILED : PLUGIN_ERROR);
    this.#finish();
  }

  #giveCredit(bytes: number): void {
    if (!this.#over) this.#writer.number(Frame.Credit, this.id, bytes);
  }

  /** Ends the stream from this side, with whatever of the request's body has come. */
  #finish(): void {
    this.#end();
    this.body?.dropRest(COMPLETE);
  }

  #end(): void {
    this.#over = true;
    this.window.release();
    this.#release(this.id);
  }
}

const PLUGIN_ERROR = { code: "PLUGIN_ERROR", message: "The plugin failed to answer the request" };
const RESPONSE_FAILED = { code: "RESPONSE_FAILED", message: "The plugin failed while it sent the response" };
const COMPLETE = new DOMException("The response was complete before the request's body", "AbortError");
