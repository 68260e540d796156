import type { App } from "../contract.ts";
import type { ReadyPlugin } from "../plugins/start.ts";
import { checked, described, isResponse, NotAResponse, plain } from "../requests/checked.ts";
import type { Exchange } from "../requests/exchange.ts";
import { isKnownMethod, toRequest } from "../requests/request.ts";
import { flatHeaders, sendBody } from "../requests/respond.ts";
import { Frame } from "../wire/frames.ts";
import { same } from "./headers.ts";
import { follow, hasBodyOf } from "./same-body.ts";

// Taken before any plugin runs, which may replace it.
const { Request } = globalThis;
const CONTINUE = { kind: "continue" };

/** What becomes of the request's body behind a hook. */
type BodyKind = "same" | "own" | "none";

/** Asks a plugin's onRequest. Returns its Response; undefined once another result is sent. */
export async function askOnRequest(
  { impl }: ReadyPlugin,
  exchange: Exchange,
  app: App | null,
): Promise<Response | undefined> {
  const { method, url } = exchange.head;
  if (!isKnownMethod(method)) return plain(501, "Method not implemented");
  const request = toRequest(exchange, url);
  follow(request);
  const before = flatHeaders(request.headers);
  const given = await impl.onRequest?.(request, app ?? undefined);
  if (isResponse(given)) return exchange.over ? given : checked("onRequest", given);
  if (exchange.over) return undefined;
  await goOn(exchange, request, before, asRequest(given ?? request));
  return undefined;
}

function asRequest(given: unknown): Request {
  if (given instanceof Request) return given;
  throw new NotAResponse(`onRequest returned ${described(given)} instead of a Response, a Request or nothing`);
}

async function goOn(exchange: Exchange, request: Request, before: string[], given: Request): Promise<void> {
  const headers = flatHeaders(given.headers);
  if (given === request && same(before, headers)) return exchange.begin(Frame.OnRequestResult, CONTINUE, false);
  const body = bodyKind(exchange, request, given);
  const { method, url } = given;
  const result = { kind: "request", method, url, headers, body };
  if (body !== "own") return exchange.begin(Frame.OnRequestResult, result, false);
  // It stood for another body, if for any.
  result.headers = headers.filter((_, at) => headers[at - (at % 2)] !== "content-length");
  await sendBody(exchange, given.body as ReadableStream, () => exchange.begin(Frame.OnRequestResult, result, true));
}

function bodyKind({ head }: Exchange, request: Request, given: Request): BodyKind {
  if (given === request) return head.body ? "same" : "none";
  if (given.body === null) return "none";
  if (head.body && hasBodyOf(given, request)) return "same";
  if (given.bodyUsed) {
    throw new NotAResponse(
      "onRequest returned a Request whose body was read already: give it the body that it goes on with",
    );
  }
  return "own";
}
