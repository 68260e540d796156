/** Paths to handlers by the grammar of Bun.serve's `routes`. */
import { isResponse } from "../requests/checked.ts";

/** What a pattern was found to lead to: a Response, or a function of (request, server). */
export type RouteValue = Response | ((request: Request, server: unknown) => unknown);

/** A pattern that a path matches. */
export interface Match {
  readonly value: RouteValue;
  /** The pattern's names with the path's parts, percent-decoded. */
  readonly params: Record<string, string>;
}

/** What a pattern leads to; `false` matches, and stands for no handler. */
interface Target {
  readonly names: readonly string[];
  readonly value: RouteValue | false;
}

/** What one pattern's methods lead to. */
interface Leaf {
  any: Target | undefined;
  readonly methods: Map<string, Target>;
}

/** One segment of the patterns' tree. */
interface Node {
  readonly plain: Map<string, Node>;
  named: Node | undefined;
  /** For `*`, which takes all the rest. */
  rest: Leaf | undefined;
  here: Leaf | undefined;
}

/**
 * Finds the handler for a path: segment by segment a plain one goes before `:name`, and that before
 * a trailing `*`; a pattern that has no handler for the method is passed over. HEAD falls to GET.
 */
export class Router {
  readonly #root = newNode();

  /** `routes` must have passed `routesFault`. */
  constructor(routes: Readonly<Record<string, unknown>>) {
    for (const [pattern, value] of Object.entries(routes)) if (value !== undefined) this.#add(pattern, value);
  }

  /** The best pattern for a path that starts with a slash; undefined if none has a handler for it. */
  match(method: string, path: string): Match | undefined {
    const parts: string[] = [];
    const target = find(this.#root, path.split("/"), 1, method, parts);
    if (target === undefined || target.value === false) return undefined;
    const params: Record<string, string> = Object.create(null);
    for (const [at, name] of target.names.entries()) if (name !== "") params[name] = decoded(parts[at] ?? "");
    return { value: target.value, params };
  }

  #add(pattern: string, value: unknown): void {
    const names: string[] = [];
    let node = this.#root;
    for (const segment of pattern.split("/").slice(1)) {
      if (segment.startsWith("*")) {
        node.rest ??= newLeaf();
        if (pattern.endsWith(`/${segment}`)) put(node.rest, names, value);
        return;
      }
      if (segment.startsWith(":")) {
        names.push(segment.slice(1));
        node = node.named ??= newNode();
      } else {
        let next = node.plain.get(segment);
        if (next === undefined) node.plain.set(segment, (next = newNode()));
        node = next;
      }
    }
    put((node.here ??= newLeaf()), names, value);
  }
}

function newNode(): Node {
  return { plain: new Map(), named: undefined, rest: undefined, here: undefined };
}

function newLeaf(): Leaf {
  return { any: undefined, methods: new Map() };
}

function put(leaf: Leaf, names: readonly string[], value: unknown): void {
  if (typeof value === "function" || isResponse(value) || value === false) {
    leaf.any = { names, value: value as RouteValue | false };
    return;
  }
  for (const [method, handler] of Object.entries(value as Record<string, RouteValue | false>)) {
    if (handler !== undefined) leaf.methods.set(method, { names, value: handler });
  }
}

/** Looks below a node for the segments from `at` on; `parts` gathers what stands for names. */
function find(
  node: Node,
  segments: readonly string[],
  at: number,
  method: string,
  parts: string[],
): Target | undefined {
  const segment = segments[at];
  if (segment === undefined) return pick(node.here, method);
  const next = node.plain.get(segment);
  const found = next && find(next, segments, at + 1, method, parts);
  if (found !== undefined) return found;
  if (node.named !== undefined && segment !== "") {
    parts.push(segment);
    const named = find(node.named, segments, at + 1, method, parts);
    if (named !== undefined) return named;
    parts.pop();
  }
  return pick(node.rest, method);
}

function pick(leaf: Leaf | undefined, method: string): Target | undefined {
  if (leaf === undefined) return undefined;
  const { any, methods } = leaf;
  return methods.get(method) ?? (method === "HEAD" ? methods.get("GET") : undefined) ?? any;
}

/** Percent-decodes a segment; what is no UTF-8 or no percent sequence becomes U+FFFD, as in Bun. */
function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  return segment.replace(/(?:%[0-9a-f]{2})+|%..|%/gi, (text) =>
    /^%[0-9a-f]{2}/i.test(text) ? Buffer.from(text.replaceAll("%", ""), "hex").toString() : "\ufffd",
  );
}
