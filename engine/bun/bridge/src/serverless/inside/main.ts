import { formatArgs, Log } from "../../log.ts";
import { StartFailure } from "../../plugins/failure.ts";
import { watchResponses } from "../../requests/response-origin.ts";
import type { AppSpec, Begin, FromWorker, ToWorker } from "../messages.ts";
import { INTO_WORKER } from "../messages.ts";
import { FramePort } from "../port.ts";
import type { App } from "./app.ts";
import { loadApp } from "./app.ts";
import { logConsole } from "./console.ts";
import { Requests } from "./requests.ts";

// Taken before the plugin runs, which may replace it.
const exit = process.exit.bind(process);

/** Runs in a Worker: waits for its module's name, loads it, serves what comes through the port. */
export function runInside(): void {
  const scope = globalThis as { onmessage: ((event: { readonly data: Begin }) => void) | null };
  scope.onmessage = ({ data }) => {
    scope.onmessage = null;
    new Inside(data.port, data.app).load();
  };
}

/** A Worker's own side. */
class Inside {
  readonly #spec: AppSpec;
  readonly #port: FramePort<FromWorker, ToWorker>;
  readonly #log: Log;
  readonly #requests: Requests;
  #app: App | undefined;

  constructor(port: MessagePort, spec: AppSpec) {
    this.#spec = spec;
    this.#port = new FramePort<FromWorker, ToWorker>(port, INTO_WORKER, true, {
      frame: (type, id, payload) => this.#requests.frame(type, id, payload),
      batchEnd: () => this.#requests.batchEnd(),
      message: ({ kind }) => this.#message(kind),
    });
    this.#log = new Log(this.#port.writer);
    this.#requests = new Requests(spec, this.#port.writer, this.#log);
    const uncaught = (what: string) => (error: unknown) => this.#uncaught(`${what}: ${formatArgs([error])}`);
    process.on("uncaughtException", uncaught("uncaught exception"));
    process.on("unhandledRejection", uncaught("unhandled rejection"));
    logConsole(this.#log.logger(spec.plugin));
    watchResponses();
  }

  async load(): Promise<void> {
    try {
      const app = await loadApp(this.#spec);
      if (app !== "persistent") this.#requests.app = this.#app = app;
      this.#port.post({ kind: "loaded", as: app === "persistent" ? app : "serverless" });
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      const { reason, message, position } = error;
      this.#port.post({ kind: "failed", failure: { reason, message, position } });
    }
  }

  #message(kind: ToWorker["kind"]): void {
    if (kind === "check") this.#port.post({ kind: "alive" });
    else if (kind === "idle") void this.#idle();
    else void this.#terminate();
  }

  async #idle(): Promise<void> {
    try {
      await this.#app?.onIdle?.();
    } catch (error) {
      this.#log.write(this.#spec.plugin, "error", `onIdle failed: ${formatArgs([error])}`);
    }
  }

  async #terminate(): Promise<void> {
    let error: string | null = null;
    try {
      await this.#app?.onTerminate?.();
    } catch (thrown) {
      error = formatArgs([thrown]);
    }
    this.#port.post({ kind: "terminated", error });
  }

  /** Ends the Worker: what it has in memory may be in any state. */
  #uncaught(error: string): void {
    this.#port.post({ kind: "uncaught", error });
    exit(1);
  }
}
