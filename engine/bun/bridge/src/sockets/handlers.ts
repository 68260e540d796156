import type { ServerWebSocket } from "../contract.ts";
import type { Log } from "../log.ts";
import { formatArgs } from "../log.ts";
import type { SocketKind } from "./kind.ts";

/** The handlers that the bridge calls by itself. */
export type HandlerName = "open" | "message" | "ping" | "pong" | "drain" | "close";

type Handle = (...args: unknown[]) => unknown;

/** Calls a plugin's handler, if it has it. What it throws is its `error` handler's, or logged; a rejection is logged. */
export function callHandler(
  kind: SocketKind,
  log: Log,
  name: HandlerName,
  socket: ServerWebSocket,
  args: unknown[],
): void {
  const { handler, plugin } = kind;
  const tell = (which: string, error: unknown): void =>
    log.write(plugin, "error", `websocket.${which} failed: ${formatArgs([error])}`);
  const attempt = (which: HandlerName | "error", handle: Handle | undefined, given: unknown[]): void => {
    const result = handle?.apply(handler, given);
    if (result instanceof Promise) result.catch((error) => tell(which, error));
  };
  try {
    attempt(name, handler[name] as Handle | undefined, [socket, ...args]);
  } catch (thrown) {
    if (handler.error === undefined) return tell(name, thrown);
    try {
      attempt("error", handler.error as Handle, [asError(thrown), socket]);
    } catch (error) {
      tell(name, thrown);
      tell("error", error);
    }
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
