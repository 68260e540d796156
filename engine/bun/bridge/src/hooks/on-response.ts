import type { ReadyPlugin } from "../plugins/start.ts";
import { checked, isResponse } from "../requests/checked.ts";
import { Exchange } from "../requests/exchange.ts";
import { fill, isKnownMethod, toRequest } from "../requests/request.ts";
import { flatHeaders } from "../requests/respond.ts";
import { shortTextOf } from "../requests/response-origin.ts";
import { Frame } from "../wire/frames.ts";
import type { OnResponseHead, RequestHead } from "../wire/messages.ts";
import type { FrameWriter } from "../wire/writer.ts";
import { same } from "./headers.ts";

// The plugins' Response adds a Content-Type, which this one must not get.
const { Response } = globalThis;
const CONTINUE = { kind: "continue" };
const LENGTH = "content-length";

/** The stream of one ON_RESPONSE: its body is the response's, and a Response goes back as a result. */
export class ResponseExchange extends Exchange {
  constructor(id: number, response: OnResponseHead, writer: FrameWriter, release: (id: number) => void) {
    const { plugin, body, request } = response;
    const head: RequestHead = { ...request, plugin, body, upgrade: false };
    super(id, head, false, writer, release, true);
  }

  override sendHead(status: number, headers: readonly string[], body: boolean): void {
    this.result(status, headers, body ? "own" : "none");
  }

  /** Sends that a response goes on in the given one's place. */
  result(status: number, headers: readonly string[], body: "same" | "own" | "none"): void {
    this.begin(Frame.OnResponseResult, { kind: "response", status, headers, body }, body === "own");
  }
}

/** Asks a plugin's onResponse. Returns its Response if that has a body of its own; undefined once another result is sent. */
export async function askOnResponse(
  { impl }: ReadyPlugin,
  exchange: ResponseExchange,
  { status, headers, app, request: line }: OnResponseHead,
): Promise<Response | undefined> {
  // The runtime has answered a method that the plugin could not be shown.
  if (!isKnownMethod(line.method)) return goOn(exchange);
  const response = new Response((exchange.body?.open() as ReadableStream | undefined) ?? null, { status });
  fill(response.headers, headers);
  const before = flatHeaders(response.headers);
  const given = (await impl.onResponse?.(response, app ?? undefined, toRequest(exchange, line.url, false))) ?? response;
  if (exchange.over) return given === response ? undefined : given;
  if (!isResponse(given) || !hasSameBody(given, response)) return dropLength(checked("onResponse", given), response);
  const after = flatHeaders(given.headers);
  if (given.status === status && same(before, after)) return goOn(exchange);
  exchange.result(given.status, after, exchange.body === undefined ? "none" : "same");
  return undefined;
}

function goOn(exchange: ResponseExchange): undefined {
  exchange.begin(Frame.OnResponseResult, CONTINUE, false);
}

function hasSameBody(given: Response, response: Response): boolean {
  return given === response || (given.body !== null && given.body === response.body);
}

/** A length that was copied from the given response stands for that one's body. */
function dropLength(given: Response, response: Response): Response {
  if (shortTextOf(given) === undefined && given.headers.get(LENGTH) === response.headers.get(LENGTH)) {
    given.headers.delete(LENGTH);
  }
  return given;
}
