import type { Exchange } from "../requests/exchange.ts";
import { addCookies, flatHeaders } from "../requests/respond.ts";
import type { SocketKind } from "./kind.ts";

/** WS_ACCEPT's payload. */
export interface Accept {
  /** Headers of the handshake's response, as a flat list. */
  readonly headers: readonly string[];
  /** The largest message that the plugin takes, in bytes. */
  readonly maxPayload: number;
  /** Seconds without a sign of the client after which the runtime closes; 0 for none. */
  readonly idleTimeout: number;
  /** Whether the runtime pings a silent client. */
  readonly sendPings: boolean;
}

/** Headers of a handshake's response that are the runtime's to set. */
const HANDSHAKE = [
  "connection",
  "content-length",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "transfer-encoding",
  "upgrade",
];
const PROTOCOL = "sec-websocket-protocol";

/** How a request is accepted with the plugin's `headers`, which this takes over. */
export function acceptOf(exchange: Exchange, kind: SocketKind, headers: Headers): Accept {
  for (const name of HANDSHAKE) headers.delete(name);
  if (!headers.has(PROTOCOL)) chooseProtocol(exchange, headers);
  const flat = flatHeaders(headers);
  if (exchange.cookies !== undefined) addCookies(flat, exchange.cookies);
  const { maxPayload, idleTimeout, sendPings } = kind;
  return { headers: flat, maxPayload, idleTimeout, sendPings };
}

/** Chooses the first protocol that the client offers, as Bun does. */
function chooseProtocol({ head }: Exchange, headers: Headers): void {
  const at = head.headers.findIndex((text, index) => index % 2 === 0 && text === PROTOCOL);
  const first = at < 0 ? "" : head.headers[at + 1]?.split(",")[0]?.trim();
  if (first) headers.set(PROTOCOL, first);
}
