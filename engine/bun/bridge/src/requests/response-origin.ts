/**
 * What a Response was made from, which Bun does not tell afterwards: its Content-Type, which Bun
 * adds only when Bun.serve sends a string or a buffer, and the text itself, which spares a short
 * answer the making and reading of a stream.
 */
import { DATA_MAX } from "../wire/frames.ts";

const TEXT = "text/plain;charset=utf-8";
const BYTES = "application/octet-stream";
/** UTF-8 takes at most three bytes for one of a string's code units. */
const SHORT = DATA_MAX / 3;

const texts = new WeakMap<Response, string>();

/** The text that an unread Response was made from, if it fits into one DATA frame. */
export function shortTextOf(response: Response): string | undefined {
  return texts.get(response);
}

/**
 * Replaces the global Response by one that remembers short texts and sets the Content-Type that
 * Bun.serve would send (for strings also Fetch asks for it), and differs in nothing else. Call it
 * before plugins load.
 */
export function watchResponses(): void {
  const Native = globalThis.Response;
  function Response(body?: ConstructorParameters<typeof Native>[0], init?: ResponseInit): InstanceType<typeof Native> {
    if (new.target === undefined) throw new TypeError("Class constructor Response cannot be invoked without 'new'");
    const made = new.target === Response ? new Native(body, init) : Reflect.construct(Native, [body, init], new.target);
    if (typeof body === "string") noteText(made, body);
    else if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) imply(made, BYTES);
    return made;
  }
  Object.setPrototypeOf(Response, Native);
  Response.prototype = Native.prototype;
  Object.defineProperty(Response, "name", { value: Native.name, configurable: true });
  Object.defineProperty(Response, "length", { value: Native.length, configurable: true });
  Object.defineProperty(Native.prototype, "constructor", { value: Response, writable: true, configurable: true });
  globalThis.Response = Response as unknown as typeof Native;
}

function noteText(response: Response, text: string): void {
  if (text === "") return;
  if (text.length <= SHORT) texts.set(response, text);
  imply(response, TEXT);
}

function imply(response: Response, type: string): void {
  if (!response.headers.has("content-type")) response.headers.set("content-type", type);
}
