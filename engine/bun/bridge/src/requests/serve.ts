import type { Log } from "../log.ts";
import { formatArgs } from "../log.ts";
import type { ReadyPlugin } from "../plugins/start.ts";
import { answer, NotAResponse } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { discard, respond } from "./respond.ts";

/** Serves one request from its plugin's answer to the last byte. Never rejects. */
export async function serve(plugin: ReadyPlugin, exchange: Exchange, log: Log): Promise<void> {
  try {
    const response = await answer(plugin, exchange);
    if (exchange.over) discard(response);
    else await respond(exchange, response);
  } catch (error) {
    const { method, url } = exchange.head;
    // After an abort a throw is how most code ends; before it, it is the author's to see.
    const level = exchange.over ? "debug" : "error";
    exchange.sendAbort();
    const reason = error instanceof NotAResponse ? error.message : formatArgs([error]);
    log.write(plugin.name, level, `${method} ${withoutQuery(url)}${numberOf(exchange)} failed: ${reason}`);
  }
}

/** The request's number, under which the runtime logs it too. */
function numberOf({ head }: Exchange): string {
  const name = head.headers.findIndex((text, i) => i % 2 === 0 && text === "x-request-id");
  return name < 0 ? "" : ` (request ${head.headers[name + 1]})`;
}

/** A query may carry secrets, which must not get into the log. */
function withoutQuery(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
