/**
 * The frames of the worker protocol (docs/reference/worker-protocol.md): their numbers, which way
 * they go and how large they may be.
 */

/** The protocol's version, sent in HELLO. */
export const PROTOCOL = 2;

/** A frame's type byte. */
export const Frame = {
  Hello: 0x01,
  Init: 0x02,
  Plugin: 0x03,
  Ready: 0x04,
  Ping: 0x05,
  Pong: 0x06,
  Log: 0x07,
  Shutdown: 0x08,
  Bye: 0x09,
  Live: 0x0a,
  Request: 0x10,
  Response: 0x11,
  Data: 0x12,
  End: 0x13,
  Abort: 0x14,
  Credit: 0x15,
  Timeout: 0x16,
  OnRequest: 0x20,
  OnRequestResult: 0x21,
  OnResponse: 0x22,
  OnResponseResult: 0x23,
  BodyWanted: 0x24,
  WsAccept: 0x30,
  WsText: 0x31,
  WsBinary: 0x32,
  WsPing: 0x33,
  WsPong: 0x34,
  WsClose: 0x35,
} as const;

/** One of the type bytes of {@link Frame}. */
export type FrameType = (typeof Frame)[keyof typeof Frame];

/** Bytes before the payload: length (u32), type (u8), stream (u32), all big endian. */
export const HEADER = 9;
/** The part of the header that a frame's length counts: type and stream. */
export const COUNTED_HEADER = 5;
/** The most bytes that one DATA frame carries. */
export const DATA_MAX = 64 * 1024;
/** The most bytes of a WebSocket message that one frame carries, behind its first byte. */
export const PIECE_MAX = 64 * 1024;
/** The most bytes of a WebSocket ping, pong or close frame's payload (RFC 6455, 5.5). */
export const CONTROL_MAX = 125;
/** The most bytes that may be unacknowledged in one direction of a stream. */
export const WINDOW = 256 * 1024;
/** CREDIT is given back in steps of at least so many bytes. */
export const CREDIT_STEP = 64 * 1024;

/** What the page allows for one type of frame: payload size in bytes, kind of stream, and who takes it. */
export interface FrameRule {
  readonly min: number;
  readonly max: number;
  /** `connection` is stream 0, `request` any other. */
  readonly stream: "connection" | "request";
  readonly to: "runtime" | "worker" | "both";
}

const KIB = 1024;
const onConnection = (to: FrameRule["to"], min: number, max: number): FrameRule => ({
  min,
  max,
  stream: "connection",
  to,
});
const onRequest = (to: FrameRule["to"], min: number, max: number): FrameRule => ({ min, max, stream: "request", to });

const RULES: Record<FrameType, FrameRule> = {
  [Frame.Hello]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Init]: onConnection("worker", 2, 16 * KIB * KIB - COUNTED_HEADER),
  [Frame.Plugin]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Ready]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Ping]: onConnection("worker", 8, 8),
  [Frame.Pong]: onConnection("runtime", 8, 8),
  [Frame.Log]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Shutdown]: onConnection("worker", 2, 64 * KIB),
  [Frame.Bye]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Live]: onConnection("worker", 2, 64 * KIB),
  [Frame.Request]: onRequest("worker", 2, 256 * KIB),
  [Frame.Response]: onRequest("runtime", 2, 256 * KIB),
  [Frame.Data]: onRequest("both", 1, DATA_MAX),
  [Frame.End]: onRequest("both", 0, 0),
  [Frame.Abort]: onRequest("both", 2, 64 * KIB),
  [Frame.Credit]: onRequest("both", 4, 4),
  [Frame.Timeout]: onRequest("runtime", 4, 4),
  [Frame.OnRequest]: onRequest("worker", 2, 256 * KIB),
  [Frame.OnRequestResult]: onRequest("runtime", 2, 256 * KIB),
  [Frame.OnResponse]: onRequest("worker", 2, 256 * KIB),
  [Frame.OnResponseResult]: onRequest("runtime", 2, 256 * KIB),
  [Frame.BodyWanted]: onRequest("runtime", 0, 0),
  [Frame.WsAccept]: onRequest("runtime", 2, 256 * KIB),
  [Frame.WsText]: onRequest("both", 1, 1 + PIECE_MAX),
  [Frame.WsBinary]: onRequest("both", 1, 1 + PIECE_MAX),
  [Frame.WsPing]: onRequest("both", 1, 1 + CONTROL_MAX),
  [Frame.WsPong]: onRequest("both", 1, 1 + CONTROL_MAX),
  [Frame.WsClose]: onRequest("both", 2, 64 * KIB),
};

const typesTo = (side: "runtime" | "worker"): FrameType[] =>
  Object.values(Frame).filter((type) => RULES[type].to === side || RULES[type].to === "both");

/** The types that the runtime sends, which are all that a worker takes. */
export const TO_WORKER: readonly FrameType[] = typesTo("worker");
/** The types that a worker sends. */
export const TO_RUNTIME: readonly FrameType[] = typesTo("runtime");

/** The rule of a type that this side knows. */
export function ruleOf(type: FrameType): FrameRule {
  return RULES[type];
}

/** Thrown for a frame that breaks a rule of the protocol page; it ends the connection. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** Thrown instead of writing a frame that would be larger than its type allows. */
export class FrameTooLarge extends Error {
  override readonly name = "FrameTooLarge";
}

/** A type byte for people, e.g. `0x12`. */
export function typeName(type: number): string {
  return `0x${type.toString(16).padStart(2, "0")}`;
}
