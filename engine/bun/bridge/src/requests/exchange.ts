import type { Accept } from "../sockets/accept.ts";
import type { RequestHead } from "../wire/messages.ts";
import { DATA_MAX, Frame, typeName, Violation } from "../wire/frames.ts";
import type { FrameType } from "../wire/frames.ts";
import { SendWindow } from "../wire/window.ts";
import type { FrameWriter } from "../wire/writer.ts";
import { IncomingBody } from "./body.ts";
import type { Origin } from "./origin.ts";
import type { Stream } from "./streams.ts";

/** One stream: a request's frames coming in, its response's going out, and whether it is over. */
export class Exchange implements Stream, Origin {
  /** The cookies that a handler of `server.routes` may have changed. */
  cookies: Bun.CookieMap | undefined;
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
   * `replay` says that the body may be read twice, `hook` that a hook is asked: the body comes
   * only when it is read. `release` is called once, when the stream is over and its number may be used again.
   */
  constructor(
    readonly id: number,
    readonly head: RequestHead,
    replay: boolean,
    writer: FrameWriter,
    release: (id: number) => void,
    readonly hook = false,
  ) {
    this.#writer = writer;
    this.#release = release;
    if (!head.body) return;
    const ask = hook ? () => this.#wantBody() : undefined;
    this.body = new IncomingBody(replay, (bytes) => this.#giveCredit(bytes), ask);
  }

  /** Aborted when the client goes away. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get client(): RequestHead {
    return this.head;
  }

  /** Whether nothing more may be sent on this stream. */
  get over(): boolean {
    return this.#over;
  }

  /** Takes a frame of this stream from the runtime. */
  receive(type: FrameType, payload: Buffer): void {
    if (type === Frame.Credit) return this.window.grant(payload.readUInt32BE(0));
    if (type !== Frame.Data && type !== Frame.End) throw new Violation(`${typeName(type)} for a request`);
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

  /** Whether the request can still become a WebSocket. */
  get upgradable(): boolean {
    return this.head.upgrade && !this.#headSent && !this.#over;
  }

  /** Accepts the WebSocket handshake, which ends the exchange: the stream's number is the socket's then. */
  accept(how: Accept): void {
    this.#writer.json(Frame.WsAccept, this.id, how);
    this.#finish();
  }

  timeout(seconds: number): void {
    if (!this.#over) this.#writer.number(Frame.Timeout, this.id, seconds);
  }

  /** Sends the response's head; without a body that ends the stream. */
  sendHead(status: number, headers: readonly string[], body: boolean): void {
    this.begin(Frame.Response, { status, headers, body }, body);
  }

  /** Sends the frame that the answer begins with; unless bytes follow, that ends the stream. */
  begin(type: FrameType, payload: object, bytesFollow: boolean): void {
    this.#writer.json(type, this.id, payload);
    this.#headSent = true;
    if (!bytesFollow) this.#finish();
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

  /** Asks for the body at the end of the turn: a stream that was only cloned is read from at once, and mostly in vain. */
  #wantBody(): void {
    setImmediate(() => {
      if (!this.#over) this.#writer.empty(Frame.BodyWanted, this.id);
    });
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
