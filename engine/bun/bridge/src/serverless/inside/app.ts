import { existsSync } from "node:fs";
import { join } from "node:path";
import { StartFailure, startFailure } from "../../plugins/failure.ts";
import { routesFault } from "../../server/routes-fault.ts";
import { Router } from "../../server/router.ts";
import type { AppSpec } from "../messages.ts";

/** A serverless plugin's members, from its module's default export or else by name. */
export interface App {
  /** Handlers by path pattern. */
  readonly router: Router | undefined;
  /** Asked for what no route takes. */
  readonly fetch: ((request: Request) => unknown) | undefined;
  readonly onIdle: (() => unknown) | undefined;
  readonly onTerminate: (() => unknown) | undefined;
}

type Members = Record<string, unknown>;

/** Members that only a persistent plugin's export has. */
const PERSISTENT = [
  "onInit",
  "onShutdown",
  "provides",
  "server",
  "onRequest",
  "onResponse",
  "websocket",
  "onServerStart",
];

/**
 * Imports the module. "persistent" if its default export is a persistent plugin's and the spec's mode
 * allows that. Throws {@link StartFailure}.
 */
export async function loadApp(spec: AppSpec): Promise<App | "persistent"> {
  const path = join(spec.root, spec.entry);
  if (!existsSync(path)) {
    refuse(`the entry ${spec.entry} is not in the package: build it, or correct pluginEntry in manifest.yaml`);
  }
  let module: Members;
  try {
    module = (await import(path)) as Members;
  } catch (thrown) {
    throw startFailure("LoadFailed", spec.root, thrown);
  }
  const exported = module["default"];
  if (spec.mode === "auto" && isPersistent(exported)) return "persistent";
  return appOf(spec.entry, module);
}

/** Apps of frameworks are objects of a class, whose methods may have a lifecycle member's name. */
function isPersistent(exported: unknown): boolean {
  if (!hasMembers(exported)) return false;
  if (typeof exported === "function") return typeof exported["fetch"] !== "function";
  const isApp = typeof exported["fetch"] === "function" && Object.getPrototypeOf(exported) !== Object.prototype;
  return !isApp && PERSISTENT.some((member) => member in exported);
}

function appOf(entry: string, module: Members): App {
  const holders = [module["default"], module].filter(hasMembers);
  const routes = holders.map((holder) => holder["routes"]).find((value) => hasMembers(value) && !Array.isArray(value));
  // Also an app, whose routes it knows itself; that of a framework has a list of them.
  const isApp = hasMembers(routes) && typeof routes["fetch"] === "function";
  const table = isApp ? undefined : routes;
  const fetch = bound(holders, "fetch") ?? (isApp ? bound([routes], "fetch") : undefined);
  if (fetch === undefined && table === undefined) refuse(`${entry} must export ${WANTED}`);
  const fault = table === undefined ? undefined : routesFault("routes", table);
  if (fault !== undefined) refuse(fault);
  return {
    router: table === undefined ? undefined : new Router(table as Members),
    fetch,
    onIdle: bound(holders, "onIdle"),
    onTerminate: bound(holders, "onTerminate"),
  };
}

const WANTED =
  "fetch(request) or routes, by name or in its default export; a factory or a PluginImpl belongs into a persistent plugin: plugin.ts, or davit.mode: persistent";

/** The first holder's method, which may use `this`. */
function bound(holders: readonly Members[], name: string): ((...args: unknown[]) => unknown) | undefined {
  const holder = holders.find((candidate) => typeof candidate[name] === "function");
  return (holder?.[name] as ((...args: unknown[]) => unknown) | undefined)?.bind(holder);
}

function hasMembers(value: unknown): value is Members {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function refuse(fault: string): never {
  throw new StartFailure("LoadFailed", fault);
}
