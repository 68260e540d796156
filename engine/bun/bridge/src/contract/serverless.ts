/** Serverless plugins: modules whose code runs request by request, each in a Worker. */
import type { MaybePromise, RoutedRequest } from "../contract.ts";

/** Answers the requests that match a pattern. The base is taken off the path. */
export type ServerlessHandler = (request: RoutedRequest) => MaybePromise<Response>;

/** What a pattern of a serverless plugin leads to. */
export type ServerlessRoute =
  | Response
  | ServerlessHandler
  | Readonly<
      Partial<Record<"GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS", Response | ServerlessHandler>>
    >;

/**
 * What a serverless plugin exports, by default or by name: `fetch`, `routes` or both. Each Worker
 * imports the module anew.
 */
export interface ServerlessModule {
  /** Asked first: patterns as Bun.serve has them, e.g. `/users/:id`. Or an app with `fetch`, as Hono's. */
  routes?: Readonly<Record<string, ServerlessRoute>> | { fetch(request: Request): MaybePromise<Response> };
  /** Asked for what no route takes. The base is taken off the path. */
  fetch?(request: Request): MaybePromise<Response>;
  /** Called when a Worker's last request has ended and it is kept for others. */
  onIdle?(): MaybePromise<void>;
  /** Called before a Worker is ended. */
  onTerminate?(): MaybePromise<void>;
}
