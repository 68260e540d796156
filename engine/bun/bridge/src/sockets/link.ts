import type { ServerWebSocket } from "../contract.ts";
import type { Log } from "../log.ts";
import type { Stream } from "../requests/streams.ts";
import { Frame } from "../wire/frames.ts";
import type { FrameType } from "../wire/frames.ts";
import type { CloseReason } from "../wire/messages.ts";
import { parseClose } from "../wire/messages.ts";
import type { FrameWriter } from "../wire/writer.ts";
import type { HandlerName } from "./handlers.ts";
import { callHandler } from "./handlers.ts";
import type { Incoming } from "./inbox.ts";
import { Inbox } from "./inbox.ts";
import type { SocketKind } from "./kind.ts";
import { Outbox } from "./outbox.ts";
import type { Outgoing } from "./payload.ts";
import { asBinaryType } from "./payload.ts";
import type { Subscriber } from "./topics.ts";

/** The connection was lost, or is to be cut (RFC 6455, 7.1.5). */
export const LOST = 1006;

/** What a link needs of the process. */
export interface Host {
  readonly writer: FrameWriter;
  readonly log: Log;
  /** Called once, when a side has closed. */
  closed(link: Link): void;
  /** Called once, when the stream is over. */
  over(link: Link): void;
}

/** One socket's stream: frames to handlers, messages to frames, and the closing handshake. */
export class Link implements Stream, Subscriber {
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  /** Set before anything arrives. */
  socket!: ServerWebSocket;
  readonly #host: Host;
  /** Whether a message was told to wait, and `drain` is due. */
  #waiting = false;
  /** Why this side has closed. */
  #closing: CloseReason | undefined;
  #closeSent = false;
  #open = true;

  constructor(
    readonly id: number,
    readonly kind: SocketKind,
    host: Host,
  ) {
    this.#host = host;
    this.outbox = new Outbox(id, host.writer, () => this.#emptied());
    this.inbox = new Inbox(
      kind.maxPayload,
      (message) => this.#handle(message),
      (bytes) => this.#giveCredit(bytes),
    );
  }

  /** Whether neither side has closed. */
  get open(): boolean {
    return this.#open;
  }

  /** Sends a message; returns as `ws.send`. */
  deliver(message: Outgoing): number {
    if (!this.#open) return 0;
    const { backpressureLimit, closeOnBackpressureLimit } = this.kind;
    if (backpressureLimit > 0 && this.outbox.buffered > backpressureLimit) {
      if (closeOnBackpressureLimit) this.cut();
      return 0;
    }
    if (this.outbox.send(message)) return message.size;
    this.#waiting = true;
    return -1;
  }

  /** Closes from this side, behind what has been sent. */
  close(reason: CloseReason): void {
    if (!this.#open) return;
    this.#shut();
    this.#closing = reason;
    if (this.outbox.empty) this.#sendClose(reason);
  }

  /** Closes from this side at once, without a handshake with the client. */
  cut(): void {
    if (this.#open) this.outbox.clear();
    this.close({ code: LOST, reason: "" });
  }

  receive(type: FrameType, payload: Buffer): void {
    if (type === Frame.Credit) return this.outbox.grant(payload.readUInt32BE(0));
    if (type === Frame.WsClose) return this.#closed(parseClose(payload));
    if (this.#open) this.inbox.receive(type, payload);
  }

  aborted(): void {
    this.#end({ code: LOST, reason: "" });
  }

  /** Calls a handler of the plugin with the socket and these arguments. */
  call(name: HandlerName, ...args: unknown[]): void {
    callHandler(this.kind, this.#host.log, name, this.socket, args);
  }

  #handle({ type, bytes }: Incoming): void {
    if (type === Frame.WsText) return this.call("message", Buffer.from(bytes.buffer).toString());
    const data = asBinaryType(bytes, this.socket.binaryType ?? "nodebuffer");
    this.call(type === Frame.WsPing ? "ping" : type === Frame.WsPong ? "pong" : "message", data);
  }

  #emptied(): void {
    if (this.#closing !== undefined) return this.#sendClose(this.#closing);
    if (!this.#waiting) return;
    this.#waiting = false;
    this.call("drain");
  }

  #giveCredit(bytes: number): void {
    if (this.#open) this.#host.writer.number(Frame.Credit, this.id, bytes);
  }

  #sendClose(reason: CloseReason): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#host.writer.json(Frame.WsClose, this.id, reason);
  }

  /** The other side has closed, or has answered this side's closing. */
  #closed(reason: CloseReason): void {
    this.#sendClose(reason);
    this.#end(reason);
  }

  #end(reason: CloseReason): void {
    const own = this.#closing;
    this.outbox.clear();
    this.#shut();
    if (own === undefined) this.inbox.resume();
    this.#host.over(this);
    const { code, reason: words } = own ?? reason;
    this.call("close", code, words);
  }

  #shut(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#host.closed(this);
  }
}
