/** What `routes` as Bun.serve's may look like, checked before a Router is made of it. */
import { isResponse } from "../requests/checked.ts";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]);

/** What keeps a map of patterns from being usable, for the author; undefined if nothing does. `name` is what it is called. */
export function routesFault(name: string, routes: unknown): string | undefined {
  if (typeof routes !== "object" || routes === null || Array.isArray(routes)) {
    return `${name} must be an object that maps patterns, e.g. "/hello/:name", to a Response or a handler`;
  }
  for (const [pattern, value] of Object.entries(routes)) {
    const fault = patternFault(pattern) ?? valueFault(value);
    if (fault !== undefined) return `${name}["${pattern}"]: ${fault}`;
  }
  return undefined;
}

function patternFault(pattern: string): string | undefined {
  if (!pattern.startsWith("/")) return "a pattern starts with a slash";
  if (/[^\0-\x7f]/.test(pattern)) return "write characters beyond ASCII percent-encoded in a pattern";
  const names = pattern.split("/").flatMap((segment) => (segment.startsWith(":") ? [segment.slice(1)] : []));
  if (names.some((name) => /^[0-9]/.test(name))) return "a name in a pattern does not start with a digit";
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? undefined : `the name "${twice}" stands twice in the pattern`;
}

function valueFault(value: unknown): string | undefined {
  if (isHandler(value)) return undefined;
  const wanted = "give a Response, a handler (request, server) => Response, or an object of those by method";
  if (typeof value !== "object" || value === null) return `${wanted}, not ${String(value)}`;
  const entries = Object.entries(value);
  const other = entries.find(([method]) => !METHODS.has(method));
  if (other !== undefined) return `${wanted}; "${other[0]}" is no method`;
  const odd = entries.find(([, handler]) => !isHandler(handler));
  return odd === undefined ? undefined : `${odd[0]}: ${wanted}`;
}

function isHandler(value: unknown): boolean {
  return typeof value === "function" || isResponse(value) || value === false || value === undefined;
}
