/** What a default export and a PluginImpl may look like, checked before anything relies on it. */

import type { PluginImpl } from "../contract.ts";

/** Members of Buntime's contract that the bridge does not run yet. */
const NOT_YET = ["onRequest", "onResponse", "websocket", "onServerStart"];
/** Members that only a persistent plugin has; `fetch` and `routes` are a serverless one's too. */
const LIFECYCLE = [...NOT_YET, "onInit", "onShutdown", "provides", "server"];
const FUNCTIONS = ["onInit", "provides", "onShutdown"];

type Members = Record<string, unknown>;

/** What keeps a module's default export from being a plugin's; undefined if nothing does. */
export function exportFault(entry: string, exported: unknown): string | undefined {
  if (typeof exported === "function") return undefined;
  if (!isObject(exported)) {
    return `${entry} must export by default a factory (config) => PluginImpl, or a PluginImpl`;
  }
  // A root index is serverless unless its export is a factory or has a member that only a PluginImpl has.
  if (/^(\.\/)?index\.[jt]s$/.test(entry) && !LIFECYCLE.some((member) => member in exported)) {
    return `${entry} is a serverless plugin, which this version does not support yet: export a factory (config) => PluginImpl from plugin.ts`;
  }
  return undefined;
}

/** What keeps a value from being a PluginImpl that the bridge can run; undefined if nothing does. */
export function implFault(entry: string, impl: unknown): string | undefined {
  if (!isObject(impl)) return `${entry} must give a PluginImpl, not ${String(impl)}`;
  const { routes, server, provides, onInit } = impl;
  if (typeof impl["fetch"] === "function") {
    return `${entry} gives an app where a PluginImpl belongs: return { routes: app }`;
  }
  const notYet = membersNotYet(impl);
  if (notYet.length > 0) return `${entry} has ${notYet.join(" and ")}, which this version does not run yet`;
  if (isThere(routes) && !hasFetch(routes)) return "routes must have fetch(request), as a Hono app has";
  if (isThere(server) && !hasFetch(server)) return "server must have fetch(request)";
  const odd = FUNCTIONS.find((name) => isThere(impl[name]) && typeof impl[name] !== "function");
  if (odd !== undefined) return `${odd} must be a function`;
  if (![routes, server, provides, onInit].some(isThere)) {
    return `${entry} serves and hooks nothing: give it routes, server.fetch, provides or onInit`;
  }
  return undefined;
}

/** Whether a checked PluginImpl answers requests, for which it needs a base. */
export function serves(impl: PluginImpl): boolean {
  return isThere(impl.routes) || isThere(impl.server);
}

function membersNotYet(impl: Members): string[] {
  const members = NOT_YET.filter((member) => isThere(impl[member]));
  const { server } = impl;
  return isObject(server) && isThere(server["routes"]) ? [...members, "server.routes"] : members;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}

function hasFetch(value: unknown): boolean {
  return (isObject(value) || typeof value === "function") && typeof (value as { fetch?: unknown }).fetch === "function";
}
