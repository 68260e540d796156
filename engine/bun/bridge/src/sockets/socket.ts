import type { BinaryType, ServerWebSocket, SocketPayload } from "../contract.ts";
import { Frame } from "../wire/frames.ts";
import { LOST } from "./link.ts";
import type { Link } from "./link.ts";
import { control, isBinaryType, outgoing } from "./payload.ts";
import type { Topics } from "./topics.ts";

type Binary = Exclude<SocketPayload, string>;

/** No code was given (RFC 6455, 7.1.5). */
const NO_CODE = 1005;
const NORMAL = 1000;
/** The most bytes of a close frame's reason (RFC 6455, 5.5.1). */
const REASON_MAX = 123;

/** A socket as its plugin sees it. */
export class Socket implements ServerWebSocket {
  data: any;
  readonly #link: Link;
  readonly #topics: Topics;
  readonly remoteAddress: string;
  #binaryType: BinaryType = "nodebuffer";

  /** `peer` is the client's address. */
  constructor(link: Link, topics: Topics, peer: string, data: unknown) {
    this.#link = link;
    this.#topics = topics;
    this.remoteAddress = peer;
    this.data = data;
  }

  get readyState(): 1 | 3 {
    return this.#link.open ? 1 : 3;
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    if (!isBinaryType(type))
      throw new TypeError('binaryType must be either "uint8array", "arraybuffer", "nodebuffer" or "blob"');
    this.#binaryType = type;
  }

  send(data: SocketPayload, _compress?: boolean): number {
    return this.#link.deliver(outgoing("send", data));
  }

  sendText(data: string, _compress?: boolean): number {
    return this.#link.deliver(outgoing("sendText", data, "text"));
  }

  sendBinary(data: Binary, _compress?: boolean): number {
    return this.#link.deliver(outgoing("sendBinary", data, "binary"));
  }

  ping(data?: SocketPayload): number {
    return this.#link.deliver(control(Frame.WsPing, "ping", data));
  }

  pong(data?: SocketPayload): number {
    return this.#link.deliver(control(Frame.WsPong, "pong", data));
  }

  close(code: number = NORMAL, reason: string = ""): void {
    this.#link.close({ code: closeCode(code), reason: shortened(String(reason)) });
  }

  terminate(): void {
    this.#link.cut();
  }

  publish(topic: string, data: SocketPayload, _compress?: boolean): number {
    return this.#publish("publish", topic, data);
  }

  publishText(topic: string, data: string, _compress?: boolean): number {
    return this.#publish("publishText", topic, data, "text");
  }

  publishBinary(topic: string, data: Binary, _compress?: boolean): number {
    return this.#publish("publishBinary", topic, data, "binary");
  }

  subscribe(topic: string): boolean {
    if (!this.#link.open) return false;
    this.#topics.add(topic, this.#link);
    return true;
  }

  unsubscribe(topic: string): boolean {
    return this.#topics.remove(topic, this.#link);
  }

  isSubscribed(topic: string): boolean {
    return this.subscriptions.includes(topic);
  }

  get subscriptions(): string[] {
    return this.#topics.of(this.#link);
  }

  cork<R>(callback: (ws: ServerWebSocket) => R): R {
    return callback(this);
  }

  getBufferedAmount(): number {
    return this.#link.outbox.buffered;
  }

  pause(): void {
    if (this.#link.open) this.#link.inbox.pause();
  }

  resume(): void {
    this.#link.inbox.resume();
  }

  get isPaused(): boolean {
    return this.#link.open && this.#link.inbox.paused;
  }

  #publish(method: string, topic: string, data: SocketPayload, kind?: "text" | "binary"): number {
    const but = this.#link.kind.publishToSelf ? undefined : this.#link;
    return this.#topics.publish(method, topic, data, but, kind);
  }
}

/** The code to close with: as in Bun, those that stand for no code or a lost connection send none. */
function closeCode(code: number): number {
  if (code === 0 || code === NO_CODE || code === LOST) return NO_CODE;
  const allowed = (code >= 1000 && code <= 1014 && code !== 1004) || (code >= 3000 && code <= 4999);
  if (allowed && Number.isInteger(code)) return code;
  throw new RangeError(`close takes a code that may be sent: 1000 to 1014 but 1004, or 3000 to 4999, not ${code}`);
}

/** Cuts a reason to what a close frame holds, between two characters. */
function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_MAX) return reason;
  let end = REASON_MAX;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
