/** WebSocket messages on their way between plugins' values and bytes. */
import type { BinaryType, SocketPayload } from "../contract.ts";
import { CONTROL_MAX, Frame, PIECE_MAX } from "../wire/frames.ts";

/** The types of frames that carry a message or a control frame's data. */
export type MessageType = typeof Frame.WsText | typeof Frame.WsBinary | typeof Frame.WsPing | typeof Frame.WsPong;

/** A message to send. */
export interface Outgoing {
  readonly type: MessageType;
  /** In bytes. */
  readonly size: number;
  /** A short text is kept as such, which spares it an encoding of its own; a Blob is read when it has to be. */
  readonly content: string | Uint8Array | Blob;
}

/** UTF-8 takes at most three bytes for one of a string's code units. */
const SHORT = PIECE_MAX / 3;
const encoder = new TextEncoder();

/** Makes a message of what a plugin's `method` was given. Throws for what cannot be sent. */
export function outgoing(method: string, data: SocketPayload, kind?: "text" | "binary"): Outgoing {
  if (kind === "text" && typeof data !== "string") throw new TypeError(`${method} expects a string`);
  if (kind === "binary" && !isBinary(data)) throw new TypeError(`${method} expects a Blob or BufferSource`);
  if (data === undefined || data === null) throw new TypeError(`${method} requires a message`);
  if (!isBinary(data)) return fromText(String(data));
  const content = data instanceof Blob ? data : bytesOf(data);
  return { type: Frame.WsBinary, size: data instanceof Blob ? data.size : (content as Uint8Array).length, content };
}

/** Makes a ping or pong, as {@link outgoing}. */
export function control(type: MessageType, method: string, data: SocketPayload = ""): Outgoing {
  const { size, content } = outgoing(method, data);
  if (size > CONTROL_MAX) throw new RangeError(`${method} takes at most ${CONTROL_MAX} bytes, not ${size}`);
  return { type, size, content };
}

function fromText(text: string): Outgoing {
  if (text.length <= SHORT) return { type: Frame.WsText, size: Buffer.byteLength(text), content: text };
  const content = encoder.encode(text);
  return { type: Frame.WsText, size: content.length, content };
}

function isBinary(data: unknown): data is Exclude<SocketPayload, string> {
  return (
    data instanceof ArrayBuffer || data instanceof SharedArrayBuffer || ArrayBuffer.isView(data) || data instanceof Blob
  );
}

function bytesOf(data: ArrayBuffer | SharedArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

/** Bytes of a message's own memory, as handlers are to be given them. */
export function asBinaryType(bytes: Uint8Array<ArrayBuffer>, type: BinaryType): Buffer<ArrayBuffer> {
  return views[type](bytes) as Buffer<ArrayBuffer>;
}

const views: Record<BinaryType, (bytes: Uint8Array<ArrayBuffer>) => unknown> = {
  nodebuffer: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  arraybuffer: (bytes) => bytes.buffer,
  uint8array: (bytes) => bytes,
  blob: (bytes) => new Blob([bytes]),
};

/** Whether a value is a {@link BinaryType}. */
export function isBinaryType(value: unknown): value is BinaryType {
  return typeof value === "string" && Object.hasOwn(views, value);
}
