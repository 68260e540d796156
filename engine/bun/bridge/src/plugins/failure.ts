import { existsSync, readFileSync, realpathSync } from "node:fs";

/** Why a plugin did not start, as PLUGIN's `reason` says it. */
export type FailureReason = "LoadFailed" | "InitFailed" | "InitTimeout" | "RoutesWithoutBase" | "DependencyNotReady";

/** A plugin that did not start, and what its author can do about it. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";

  /** `position` is `path:line:column` relative to the package, where known. */
  constructor(
    readonly reason: FailureReason,
    message: string,
    readonly position: string | null = null,
  ) {
    super(message);
  }
}

/** What Bun's BuildMessage, ResolveMessage, AggregateError and plain errors have of use here. */
interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly errors?: unknown;
  readonly position?: { file: string; line: number; column: number } | null;
  readonly specifier?: unknown;
  readonly referrer?: unknown;
}

/** Turns whatever plugin code or its import threw into a failure with words and a position. */
export function startFailure(reason: FailureReason, root: string, thrown: unknown): StartFailure {
  if (typeof thrown !== "object" || thrown === null) return new StartFailure(reason, String(thrown));
  const { errors } = thrown as Thrown;
  const all: Thrown[] =
    thrown instanceof AggregateError && Array.isArray(errors) && errors.length > 0 ? errors : [thrown];
  const first = all[0] as Thrown;
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : "";
  return new StartFailure(reason, relativeTo(root, messageOf(first)) + more, positionOf(first, root));
}

function messageOf(error: Thrown): string {
  const { name, message, specifier } = error;
  if (name === "ResolveMessage" && isPackage(specifier)) {
    return `cannot find the package "${specifier}". A plugin's package must hold all that it needs, since nothing is installed at run time: bundle it, with a package.json "build" script that runs "bun build"`;
  }
  const plain = name === "Error" || name === "BuildMessage" || name === "ResolveMessage" || typeof name !== "string";
  return plain ? String(message) : `${name}: ${message}`;
}

function isPackage(specifier: unknown): boolean {
  return typeof specifier === "string" && !/^[./]|^file:/.test(specifier);
}

function positionOf(error: Thrown, root: string): string | null {
  const { position, specifier, referrer, stack } = error;
  if (position) return inRoot(root, position.file, position.line, position.column);
  if (typeof specifier === "string" && typeof referrer === "string") return importPosition(root, referrer, specifier);
  return typeof stack === "string" ? stackPosition(root, stack) : null;
}

/** Bun does not say where in the file an import stands that it cannot resolve. */
function importPosition(root: string, file: string, specifier: string): string | null {
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, "utf8").split("\n");
  for (const [index, line] of lines.entries()) {
    const column = [`"${specifier}"`, `'${specifier}'`]
      .map((quoted) => line.indexOf(quoted))
      .find((found) => found >= 0);
    if (column !== undefined) return inRoot(root, file, index + 1, column + 1);
  }
  return inRoot(root, file, 1, 1);
}

/** The topmost stack frame that lies in the package. */
function stackPosition(root: string, stack: string): string | null {
  for (const [, file, line, column] of stack.matchAll(/^\s+at .*?\(?(\/[^\n]*?):(\d+):(\d+)\)?$/gm)) {
    const position = inRoot(root, file as string, Number(line), Number(column));
    if (position !== null) return position;
  }
  return null;
}

function inRoot(root: string, file: string, line: number, column: number): string | null {
  const base = rootsOf(root).find((candidate) => file.startsWith(candidate));
  return base === undefined ? null : `${file.slice(base.length)}:${line}:${column}`;
}

function relativeTo(root: string, message: string): string {
  return rootsOf(root).reduce((text, base) => text.replaceAll(base, ""), message);
}

/** The package's folder as given and as Bun resolves it, with a trailing slash. */
function rootsOf(root: string): string[] {
  const bare = root.replace(/\/+$/, "");
  return [`${bare}/`, existsSync(bare) ? `${realpathSync(bare)}/` : `${bare}/`];
}

/** The plugin whose code a stack went through first, for errors that nobody caught. */
export function ownerOf<P extends { readonly root: string }>(error: unknown, plugins: readonly P[]): P | undefined {
  if (plugins.length === 1) return plugins[0];
  const stack = error instanceof Error && typeof error.stack === "string" ? error.stack : "";
  return plugins.find((plugin) => stackPosition(plugin.root, stack) !== null);
}
