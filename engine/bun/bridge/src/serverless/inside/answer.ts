import { checkedUnlessOver, plain } from "../../requests/checked.ts";
import type { Exchange } from "../../requests/exchange.ts";
import { isKnownMethod, pathOf, toRequest, withoutBase } from "../../requests/request.ts";
import { askRoute } from "../../server/routed.ts";
import type { App } from "./app.ts";

/**
 * Asks a serverless app: the route that the path takes, else `fetch`, both with the base taken off.
 * Undefined if there is nothing to send any more.
 */
export async function answerApp(app: App, base: string, exchange: Exchange): Promise<Response | undefined> {
  const { method } = exchange.head;
  if (!isKnownMethod(method)) return plain(501, "Method not implemented");
  const url = withoutBase(exchange.head.url, base);
  const route = app.router?.match(method, pathOf(url));
  if (route !== undefined) return askRoute("routes", route, exchange, url, undefined);
  if (app.fetch === undefined) return plain(404, "Not Found");
  return checkedUnlessOver("fetch", await app.fetch(toRequest(exchange, url)), exchange);
}
