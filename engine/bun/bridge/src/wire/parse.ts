/** The checks that JSON payloads go through on arrival. Each throws {@link Violation} and names `what` is wrong. */
import { Violation } from "./frames.ts";

/** A JSON object of which nothing is known yet. */
export type Json = Record<string, unknown>;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Reads a payload that must be a JSON object in UTF-8. */
export function parse(frame: string, payload: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    throw new Violation(`${frame} is not JSON in UTF-8`);
  }
  return object(frame, value);
}

/** An object that is no list. */
export function object(what: string, value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Violation(`${what} is not an object`);
  return value as Json;
}

/** A list. */
export function list(what: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Violation(`${what} is not a list`);
  return value;
}

/** A string. */
export function string(what: string, value: unknown): string {
  if (typeof value !== "string") throw new Violation(`${what} is not a string`);
  return value;
}

/** A boolean. */
export function boolean(what: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new Violation(`${what} is not a boolean`);
  return value;
}

/** A whole number that is not negative. */
export function count(what: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Violation(`${what} is not a whole number`);
  return value as number;
}

/** A list of strings. */
export function strings(what: string, value: unknown): string[] {
  for (const item of list(what, value)) string(what, item);
  return value as string[];
}

/** An object all of whose values are strings. */
export function stringMap(what: string, value: unknown): Record<string, string> {
  const map = object(what, value);
  for (const item of Object.values(map)) string(what, item);
  return map as Record<string, string>;
}

/** One of the given texts. */
export function oneOf<T extends string>(what: string, known: readonly T[], value: unknown): T {
  const found = known.find((text) => text === value);
  if (found === undefined) throw new Violation(`${what} is none of ${known.join(", ")}`);
  return found;
}

/** A flat list of header names and values. */
export function headers(what: string, value: unknown): string[] {
  const flat = strings(what, value);
  if (flat.length % 2 !== 0) throw new Violation(`${what} has a name without a value`);
  return flat;
}
