import type { Log } from "../log.ts";
import { formatArgs } from "../log.ts";
import type { RequestHead } from "../wire/messages.ts";
import { NotAResponse } from "./checked.ts";
import type { Exchange } from "./exchange.ts";
import { discard, respond } from "./respond.ts";

/**
 * Serves one request from the named plugin's answer, which `ask` gives, to the last byte. `ask` gives
 * undefined only if the exchange is over. `what` says for the log what was asked if it is a hook. Never rejects.
 */
export async function serve(
  plugin: string,
  exchange: Exchange,
  log: Log,
  ask: () => Promise<Response | undefined>,
  what?: string,
): Promise<void> {
  try {
    const response = await ask();
    if (response === undefined) return;
    if (exchange.over) discard(response);
    else await respond(exchange, response);
  } catch (error) {
    // After an abort a throw is how most code ends; before it, it is the author's to see.
    const level = exchange.over ? "debug" : "error";
    exchange.sendAbort();
    const reason = error instanceof NotAResponse ? error.message : formatArgs([error]);
    const asked = what === undefined ? "" : `${what} for `;
    log.write(plugin, level, `${asked}${labelOf(exchange.head)} failed: ${reason}`);
  }
}

/** A request for the log, with the number and the trace under which the runtime logs it too. */
export function labelOf({ method, url, headers }: RequestHead): string {
  const value = (name: string): string | undefined => {
    const at = headers.findIndex((text, i) => i % 2 === 0 && text === name);
    return at < 0 ? undefined : headers[at + 1];
  };
  const number = value("x-request-id");
  // version-trace-parent-flags
  const trace = value("traceparent")?.split("-")[1];
  const known = [number && `request ${number}`, trace && `trace ${trace}`].filter(Boolean);
  return `${method} ${withoutQuery(url)}${known.length > 0 ? ` (${known.join(", ")})` : ""}`;
}

/** A query may carry secrets, which must not get into the log. */
function withoutQuery(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
