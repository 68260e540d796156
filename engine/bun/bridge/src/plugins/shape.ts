/** What a default export and a PluginImpl may look like, checked before anything relies on it. */

import type { PluginImpl } from "../contract.ts";
import { routesFault } from "../server/routes-fault.ts";
import { websocketFault } from "../sockets/kind.ts";

const FUNCTIONS = ["onInit", "provides", "onShutdown", "onRequest", "onResponse", "onServerStart"];
/** Members without which a plugin does nothing. */
const PURPOSES = ["routes", "server", "provides", "onInit", "onRequest", "onResponse", "onServerStart"];

type Members = Record<string, unknown>;

/** What keeps a module's default export from being a plugin's; undefined if nothing does. */
export function exportFault(entry: string, exported: unknown): string | undefined {
  if (typeof exported === "function") return undefined;
  if (!isObject(exported)) {
    return `${entry} must export by default a factory (config) => PluginImpl, or a PluginImpl`;
  }
  return undefined;
}

/** What keeps a value from being a PluginImpl that the bridge can run; undefined if nothing does. */
export function implFault(entry: string, impl: unknown): string | undefined {
  if (!isObject(impl)) return `${entry} must give a PluginImpl, not ${String(impl)}`;
  const { routes, server, websocket } = impl;
  if (typeof impl["fetch"] === "function") {
    return `${entry} gives an app where a PluginImpl belongs: return { routes: app }`;
  }
  if (isThere(routes) && !hasFetch(routes)) return "routes must have fetch(request), as a Hono app has";
  if (isThere(websocket) && !isThere(routes) && !isThere(server)) {
    return "websocket needs routes or server, whose handlers call server.upgrade(request)";
  }
  const odd = FUNCTIONS.find((name) => isThere(impl[name]) && typeof impl[name] !== "function");
  if (odd !== undefined) return `${odd} must be a function`;
  const failOpen = impl["onRequestFailOpen"];
  if (isThere(failOpen) && typeof failOpen !== "boolean") return "onRequestFailOpen must be true or false";
  if (!PURPOSES.some((name) => isThere(impl[name]))) {
    return `${entry} serves and hooks nothing: give it routes, server, onRequest, onResponse, provides, onInit or onServerStart`;
  }
  return serverFault(server) ?? (isThere(websocket) ? websocketFault(websocket) : undefined);
}

function serverFault(server: unknown): string | undefined {
  if (!isThere(server)) return undefined;
  const routes = isObject(server) || typeof server === "function" ? (server as Members)["routes"] : undefined;
  const fetch = isObject(server) || typeof server === "function" ? (server as Members)["fetch"] : undefined;
  if (!isThere(routes) && typeof fetch !== "function") return "server must have fetch(request) or routes";
  if (isThere(fetch) && typeof fetch !== "function") return "server.fetch must be a function";
  return isThere(routes) ? routesFault("server.routes", routes) : undefined;
}

/** Whether a checked PluginImpl answers requests, for which it needs a base. */
export function serves(impl: PluginImpl): boolean {
  return isThere(impl.routes) || isThere(impl.server);
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
