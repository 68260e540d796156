/** What the main thread and a Worker tell each other beside the frames of requests. */
import type { FailureReason } from "../plugins/failure.ts";
import type { Mode } from "../wire/init.ts";
import { Frame } from "../wire/frames.ts";
import type { FrameType } from "../wire/frames.ts";

/** The module that a Worker runs. */
export interface AppSpec {
  /** The plugin's name, for the log. */
  readonly plugin: string;
  /** Absolute path of the folder that the module lies in. */
  readonly root: string;
  /** Path of the module in `root`. */
  readonly entry: string;
  /** Path prefix that is taken off requests, without trailing slash; empty for none. */
  readonly base: string;
  /** "auto" also accepts a persistent plugin's module, and says so. */
  readonly mode: Exclude<Mode, "persistent">;
}

/** What became of the import of the module. */
export type Loaded = "serverless" | "persistent";

/** A start's failure on its way between threads. */
export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
  readonly position: string | null;
}

/** The first message to a Worker; it comes with the port for all others. */
export interface Begin {
  readonly port: MessagePort;
  readonly app: AppSpec;
}

/** Main thread to Worker. */
export type ToWorker =
  /** The last request has ended and the Worker is kept. */
  | { readonly kind: "idle" }
  /** Answered by "alive" as soon as the Worker comes to it. */
  | { readonly kind: "check" }
  /** The Worker is about to be ended. */
  | { readonly kind: "terminate" };

/** Worker to main thread. */
export type FromWorker =
  | { readonly kind: "loaded"; readonly as: Loaded }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "alive" }
  /** onTerminate is done; `error` is what it threw. */
  | { readonly kind: "terminated"; readonly error: string | null }
  /** An error that nobody caught; the Worker ends itself. */
  | { readonly kind: "uncaught"; readonly error: string };

/** The frames that a Worker takes. */
export const INTO_WORKER: readonly FrameType[] = [Frame.Request, Frame.Data, Frame.End, Frame.Credit, Frame.Abort];
/** The frames that a Worker sends. */
export const OUT_OF_WORKER: readonly FrameType[] = [
  Frame.Response,
  Frame.Data,
  Frame.End,
  Frame.Credit,
  Frame.Abort,
  Frame.Log,
];
