import type { Exchange } from "./exchange.ts";
import { shortTextOf } from "./response-origin.ts";

const encoder = new TextEncoder();

/** Statuses whose responses have no body, whatever the plugin gave. */
const BODILESS = new Set([204, 205, 304]);

/**
 * Sends a response as its body comes. Reads from the body only while there is credit to send what
 * is read, so a slow client holds the plugin's stream back.
 *
 * Rejects with what the body's stream failed with, or if the head is too large.
 */
export async function respond(exchange: Exchange, response: Response): Promise<void> {
  const headers = flatHeaders(response.headers);
  if (exchange.cookies !== undefined) addCookies(headers, exchange.cookies);
  if (exchange.head.method === "HEAD" || BODILESS.has(response.status)) {
    exchange.sendHead(response.status, headers, false);
    return discard(response);
  }
  const text = shortTextOf(response);
  if (text !== undefined) return exchange.sendWhole(response.status, withLength(headers, text), text);
  const { body } = response;
  if (body === null) return exchange.sendHead(response.status, headers, false);
  await sendBody(exchange, body, () => exchange.sendHead(response.status, headers, true));
}

/** Sends what `begin` sends and then all of a body's stream, as {@link respond} does. */
export async function sendBody(exchange: Exchange, body: ReadableStream, begin: () => void): Promise<void> {
  const reader = body.getReader();
  exchange.onAbort((reason) => reader.cancel(reason).catch(() => {}));
  try {
    begin();
    await pump(exchange, reader);
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

/** Lets go of a response whose body nobody will read. */
export function discard(response: Response): void {
  if (response.bodyUsed || shortTextOf(response) !== undefined) return;
  response.body?.cancel().catch(() => {});
}

async function pump(exchange: Exchange, reader: Pick<ReadableStreamDefaultReader<unknown>, "read">): Promise<void> {
  while (!exchange.over) {
    if (exchange.window.available === 0) {
      await exchange.window.opened();
      continue;
    }
    const { done, value } = await reader.read();
    if (exchange.over) return;
    if (done) return exchange.sendEnd();
    await send(exchange, toBytes(value));
  }
}

async function send(exchange: Exchange, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0 && !exchange.over) {
    const count = exchange.room(rest.length);
    if (count === 0) {
      await exchange.window.opened();
      continue;
    }
    exchange.sendData(count === rest.length ? rest : rest.subarray(0, count));
    rest = rest.subarray(count);
  }
}

/** Headers as the protocol's flat list; each set-cookie is an entry of its own. */
export function flatHeaders(headers: Headers): string[] {
  const flat: string[] = [];
  headers.forEach((value, name) => flat.push(name, value));
  return flat;
}

/** Adds the cookies that were changed since the request came. */
export function addCookies(headers: string[], cookies: Bun.CookieMap): void {
  for (const cookie of cookies.toSetCookieHeaders()) headers.push("set-cookie", cookie);
}

/** The length that Bun.serve would send with a text, whatever the plugin said it was. */
function withLength(headers: string[], text: string): string[] {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === "content-length") headers.splice(i, 2);
  }
  headers.push("content-length", String(Buffer.byteLength(text)));
  return headers;
}

/** What a body's stream may yield in Bun: strings and any view of bytes. */
function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return encoder.encode(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError(`the response's body yielded ${typeof chunk} where bytes or a string can be sent`);
}
