import type { PluginServer } from "../contract.ts";
import type { ReadyPlugin } from "../plugins/start.ts";
import { askRoute } from "../server/routed.ts";
import { checkedUnlessOver, plain } from "./checked.ts";
import type { Exchange } from "./exchange.ts";
import { isKnownMethod, pathOf, toRequest, withoutBase } from "./request.ts";
import { discard } from "./respond.ts";

/**
 * Asks the plugin: `server.routes` and `server.fetch` with the whole path, then, after the latter's
 * 404 or without both, `routes`. Undefined if there is nothing to send any more.
 */
export async function answer(
  plugin: ReadyPlugin,
  exchange: Exchange,
  server: PluginServer,
): Promise<Response | undefined> {
  const { server: own, routes } = plugin.impl;
  const { method, url } = exchange.head;
  if (!isKnownMethod(method)) return plain(501, "Method not implemented");
  const route = plugin.router?.match(method, pathOf(url));
  if (route !== undefined) return askRoute("server.routes", route, exchange, url, server);
  if (own?.fetch) {
    const response = checkedUnlessOver("server.fetch", await own.fetch(toRequest(exchange, url), server), exchange);
    if (response?.status !== 404 || !routes || exchange.over) return response;
    discard(response);
    exchange.body?.rewind();
  }
  if (!routes) return plain(404, "Not Found");
  const request = toRequest(exchange, withoutBase(url, plugin.base));
  return checkedUnlessOver("routes.fetch", await routes.fetch(request, server), exchange);
}
