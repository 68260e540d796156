/**
 * The frames of the worker protocol (docs/reference/worker-protocol.md): their numbers, which way
 * they go and how large they may be.
 */

/** The protocol's version, sent in HELLO. */
export const PROTOCOL = 1;

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
  Request: 0x10,
  Response: 0x11,
  Data: 0x12,
  End: 0x13,
  Abort: 0x14,
  Credit: 0x15,
} as const;

/** One of the type bytes of {@link Frame}. */
export type FrameType = (typeof Frame)[keyof typeof Frame];

/** Bytes before the payload: length (u32), type (u8), stream (u32), all big endian. */
export const HEADER = 9;
/** The part of the header that a frame's length counts: type and stream. */
export const COUNTED_HEADER = 5;
/** The most bytes that one DATA frame carries. */
export const DATA_MAX = 64 * 1024;
/** The most bytes of DATA that may be unacknowledged in one direction of a stream. */
export const WINDOW = 256 * 1024;
/** CREDIT is given back in steps of at least so many bytes. */
export const CREDIT_STEP = 64 * 1024;

/** What the page allows for one type of frame: payload size in bytes, and the kind of stream. */
export interface FrameRule {
  readonly min: number;
  readonly max: number;
  /** `connection` is stream 0, `request` any other. */
  readonly stream: "connection" | "request";
}

const KIB = 1024;

const RULES: Record<FrameType, FrameRule> = {
  [Frame.Hello]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Init]: { min: 2, max: 16 * KIB * KIB - COUNTED_HEADER, stream: "connection" },
  [Frame.Plugin]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Ready]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Ping]: { min: 8, max: 8, stream: "connection" },
  [Frame.Pong]: { min: 8, max: 8, stream: "connection" },
  [Frame.Log]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Shutdown]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Bye]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Request]: { min: 2, max: 256 * KIB, stream: "request" },
  [Frame.Response]: { min: 2, max: 256 * KIB, stream: "request" },
  [Frame.Data]: { min: 1, max: DATA_MAX, stream: "request" },
  [Frame.End]: { min: 0, max: 0, stream: "request" },
  [Frame.Abort]: { min: 2, max: 64 * KIB, stream: "request" },
  [Frame.Credit]: { min: 4, max: 4, stream: "request" },
};

/** The types that the runtime sends, which are all that a worker takes. */
export const TO_WORKER: readonly FrameType[] = [
  Frame.Init,
  Frame.Ping,
  Frame.Shutdown,
  Frame.Request,
  Frame.Data,
  Frame.End,
  Frame.Abort,
  Frame.Credit,
];

/** The types that a worker sends. */
export const TO_RUNTIME: readonly FrameType[] = [
  Frame.Hello,
  Frame.Plugin,
  Frame.Ready,
  Frame.Pong,
  Frame.Log,
  Frame.Bye,
  Frame.Response,
  Frame.Data,
  Frame.End,
  Frame.Abort,
  Frame.Credit,
];

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
