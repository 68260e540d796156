import type { Exchange } from "./exchange.ts";

// Taken before any plugin runs, which may replace it; Responses of subclasses are its instances too.
const { Response } = globalThis;

/** A plugin's answer that is no response it could send; the message is for the author. */
export class NotAResponse extends Error {
  override readonly name = "NotAResponse";
}

/** Whether a value is a Response, of whatever subclass. */
export function isResponse(value: unknown): value is Response {
  return value instanceof Response;
}

/** What a plugin's `asked` gave, as a response that can be sent. Throws {@link NotAResponse}. */
export function checked(asked: string, response: unknown): Response {
  if (!(response instanceof Response))
    throw new NotAResponse(`${asked} returned ${described(response)} instead of a Response`);
  if (response.status < 200)
    throw new NotAResponse(`${asked} returned a Response with status ${response.status}; 200 to 599 can be sent`);
  if (response.bodyUsed) {
    throw new NotAResponse(
      `${asked} returned a Response whose body was read already; return a new Response for each request`,
    );
  }
  return response;
}

/** As {@link checked}; undefined if the exchange is over, e.g. because it has become a WebSocket. */
export function checkedUnlessOver(asked: string, response: unknown, exchange: Exchange): Response | undefined {
  if (!exchange.over) return checked(asked, response);
  if (response instanceof Response) return response;
  return undefined;
}

/** A value for people who look for what they returned. */
export function described(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  return `an object of type ${value.constructor?.name ?? "null"}`;
}

/** A plain answer of the bridge's own. */
export function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain;charset=utf-8" } });
}
