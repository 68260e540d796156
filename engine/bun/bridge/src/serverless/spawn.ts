import type { AppSpec, Begin, FromWorker, ToWorker } from "./messages.ts";
import { OUT_OF_WORKER } from "./messages.ts";
import type { PortListener } from "./port.ts";
import { FramePort } from "./port.ts";

// Taken before any plugin runs, which may replace them.
const { Worker, MessageChannel } = globalThis;
/** The bridge itself, whose main module sees that it runs in a Worker. */
const BRIDGE = Bun.main;

/** Who hears of a Bun Worker. */
export interface SpawnListener extends PortListener<FromWorker> {
  /** An error ended it that its own handlers have not seen. */
  crashed(message: string): void;
  /** Its thread has ended; the last call. */
  closed(): void;
}

/** A Bun Worker that runs the bridge. */
export interface Spawned {
  readonly port: FramePort<ToWorker, FromWorker>;
  /** Ends it at once, whatever it does; a call of native code that blocks it is waited for first. */
  terminate(): void;
}

/** Starts a Worker for the module, with this and no other environment. Throws if there can be no more threads. */
export function spawn(app: AppSpec, env: Record<string, string>, listener: SpawnListener): Spawned {
  const worker = new Worker(BRIDGE, { env, name: app.plugin });
  worker.addEventListener("close", () => listener.closed());
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    listener.crashed(event.message);
  });
  const { port1, port2 } = new MessageChannel();
  const port = new FramePort<ToWorker, FromWorker>(port1 as MessagePort, OUT_OF_WORKER, false, listener);
  const begin: Begin = { port: port2 as MessagePort, app };
  worker.postMessage(begin, [port2]);
  const terminate = (): void => {
    port.close();
    worker.terminate();
  };
  return { port, terminate };
}
