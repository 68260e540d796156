import type { WebSocketHandler } from "../contract.ts";

/** The sockets of one plugin: what happens on them, and their settings with Bun's defaults filled in. */
export interface SocketKind {
  /** The plugin's name. */
  readonly plugin: string;
  readonly handler: WebSocketHandler;
  /** Bytes. */
  readonly maxPayload: number;
  /** Seconds; 0 for no limit. */
  readonly idleTimeout: number;
  readonly sendPings: boolean;
  /** Bytes; 0 for no limit. */
  readonly backpressureLimit: number;
  readonly closeOnBackpressureLimit: boolean;
  readonly publishToSelf: boolean;
}

const MIB = 1024 * 1024;
const U32_MAX = 0xffff_ffff;
const IDLE_MAX = 960;
/** Bun rounds shorter idle times up to this. */
const IDLE_MIN = 8;

const FUNCTIONS = ["open", "message", "close", "drain", "ping", "pong", "error"];
const BYTES = ["maxPayloadLength", "backpressureLimit"];
const BOOLEANS = ["sendPings", "closeOnBackpressureLimit", "publishToSelf"];

/** What keeps a plugin's `websocket` from being usable, for the author; undefined if nothing does. */
export function websocketFault(websocket: unknown): string | undefined {
  if (typeof websocket !== "object" || websocket === null) return "websocket must be an object of handlers";
  const members = websocket as Record<string, unknown>;
  const is = (name: string, type: string): boolean => members[name] === undefined || typeof members[name] === type;
  const handler = FUNCTIONS.find((name) => !is(name, "function"));
  if (handler !== undefined) return `websocket.${handler} must be a function`;
  const flag = BOOLEANS.find((name) => !is(name, "boolean"));
  if (flag !== undefined) return `websocket.${flag} must be a boolean`;
  const bytes = BYTES.find((name) => !isWhole(members[name], Number.MAX_SAFE_INTEGER));
  if (bytes !== undefined) return `websocket.${bytes} must be a whole number of bytes`;
  if (!isWhole(members["idleTimeout"], IDLE_MAX))
    return `websocket.idleTimeout must be a whole number of seconds from 0 to ${IDLE_MAX}`;
  return undefined;
}

/** The kind of a plugin's checked `websocket`. */
export function socketKind(plugin: string, handler: WebSocketHandler): SocketKind {
  const { maxPayloadLength = 16 * MIB, backpressureLimit = 16 * MIB, idleTimeout = 120 } = handler;
  return {
    plugin,
    handler,
    maxPayload: Math.min(maxPayloadLength, U32_MAX),
    idleTimeout: idleTimeout === 0 ? 0 : Math.max(idleTimeout, IDLE_MIN),
    sendPings: handler.sendPings ?? true,
    backpressureLimit: Math.min(backpressureLimit, U32_MAX),
    closeOnBackpressureLimit: handler.closeOnBackpressureLimit ?? false,
    publishToSelf: handler.publishToSelf ?? false,
  };
}

function isWhole(value: unknown, max: number): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max);
}
