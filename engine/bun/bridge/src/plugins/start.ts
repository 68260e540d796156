import type { PluginContext, PluginImpl } from "../contract.ts";
import type { PluginSpec } from "../wire/init.ts";
import type { Log } from "../log.ts";
import type { Apps } from "../serverless/apps.ts";
import type { ServerlessPlugin } from "../serverless/plugin.ts";
import { startServerless } from "../serverless/plugin.ts";
import { watchRequests } from "../hooks/same-body.ts";
import { Router } from "../server/router.ts";
import type { SocketKind } from "../sockets/kind.ts";
import { socketKind } from "../sockets/kind.ts";
import { StartFailure, startFailure } from "./failure.ts";
import { within } from "./limit.ts";
import { load } from "./load.ts";

const NO_DEFLATE = "websocket.perMessageDeflate has no effect: WebSockets are not compressed here";

/** A plugin that has started and serves. */
export interface ReadyPlugin {
  readonly name: string;
  /** Path prefix without trailing slash; empty for none. */
  readonly base: string;
  readonly impl: PluginImpl;
  /** Finds the handlers of `server.routes`; undefined without them. */
  readonly router: Router | undefined;
  /** The WebSockets that it takes; undefined for none. */
  readonly sockets: SocketKind | undefined;
  /** What `provides()` returned. */
  readonly provided: unknown;
  /** Set for a plugin that answers in Workers; `impl` is then empty. */
  readonly serverless?: ServerlessPlugin;
  /** What it runs by `ctx.pool`. */
  readonly apps: Apps;
}

/** Starts one plugin: import, factory, onInit, provides, all within its time. Throws {@link StartFailure}. */
export async function start(spec: PluginSpec, ctx: PluginContext, apps: Apps, log: Log): Promise<ReadyPlugin> {
  let stage = `the import of ${spec.entry} and its factory`;
  let late: StartFailure | undefined;
  const run = async (): Promise<ReadyPlugin> => {
    const ready = { name: spec.name, base: spec.base ?? "", apps };
    const serverless = await startServerless(spec, log);
    if (serverless)
      return { ...ready, impl: {}, router: undefined, sockets: undefined, provided: undefined, serverless };
    const impl = await load(spec);
    if (late) throw late;
    if (impl.websocket?.perMessageDeflate) log.write(spec.name, "warn", NO_DEFLATE);
    if (impl.onRequest) watchRequests();
    stage = "onInit";
    await initialised(spec, impl, ctx);
    if (late) throw late;
    return { ...ready, impl, ...handlers(spec.name, impl), provided: provided(spec, impl) };
  };
  return within(spec.initTimeoutMs, run(), () => {
    late = new StartFailure(
      "InitTimeout",
      `${stage} did not end within ${spec.initTimeoutMs} ms: look for what it waits for`,
    );
    return late;
  });
}

/** What requests find their way by. */
function handlers(name: string, { server, websocket }: PluginImpl): Pick<ReadyPlugin, "router" | "sockets"> {
  return {
    router: server?.routes ? new Router(server.routes) : undefined,
    sockets: websocket ? socketKind(name, websocket) : undefined,
  };
}

async function initialised(spec: PluginSpec, impl: PluginImpl, ctx: PluginContext): Promise<void> {
  try {
    await impl.onInit?.(ctx);
  } catch (thrown) {
    throw startFailure("InitFailed", spec.root, thrown);
  }
}

function provided(spec: PluginSpec, impl: PluginImpl): unknown {
  try {
    return impl.provides?.();
  } catch (thrown) {
    throw startFailure("InitFailed", spec.root, thrown);
  }
}
