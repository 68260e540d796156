import type { Exchange } from "../requests/exchange.ts";
import { checkedUnlessOver } from "../requests/checked.ts";
import { toRequest } from "../requests/request.ts";
import type { Match } from "./router.ts";

/**
 * Has a pattern's Response or handler answer; `name` is what its map is called, for errors, and `url`
 * the request's as the handler sees it.
 */
export async function askRoute(
  name: string,
  { value, params }: Match,
  exchange: Exchange,
  url: string,
  server: unknown,
): Promise<Response | undefined> {
  if (typeof value !== "function") return checkedUnlessOver(name, value.clone(), exchange);
  const request = routed(toRequest(exchange, url), params, exchange);
  return checkedUnlessOver(`a handler of ${name}`, await value(request, server), exchange);
}

/** Gives a request what Bun's routes give it beside Fetch: `params`, `cookies`, and a clone that has them too. */
function routed(request: Request, params: Record<string, string>, exchange: Exchange): Request {
  const { clone } = request;
  return Object.defineProperties(request, {
    params: { value: params, configurable: true },
    cookies: { get: () => (exchange.cookies ??= cookiesOf(exchange)), configurable: true },
    clone: { value: () => routed(clone.call(request) as unknown as Request, params, exchange), configurable: true },
  });
}

function cookiesOf({ head }: Exchange): Bun.CookieMap {
  const values = head.headers.filter((_, at, flat) => at % 2 === 1 && flat[at - 1] === "cookie");
  return new Bun.CookieMap(values.join("; "));
}
