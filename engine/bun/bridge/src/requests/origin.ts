/** Which stream a plugin's Request came from, for `server.upgrade`, `requestIP` and `timeout`. */

/** What a Request came from. */
export interface Origin {
  /** The client's address and port. */
  readonly client: { readonly peer: string; readonly port: number };
  /** Whether the request is answered. */
  readonly over: boolean;
  /** Replaces the request's time limits, in seconds; 0 for none. */
  timeout(seconds: number): void;
}

/** Makes its subclasses' constructors set their private fields on any object. */
class Onto {
  constructor(object: object) {
    return object;
  }
}

/** A private field on the Request itself: it costs a tenth of a WeakMap's entry, and no plugin can see it. */
class Marked extends Onto {
  #origin: Origin;

  constructor(request: Request, origin: Origin) {
    super(request);
    this.#origin = origin;
  }

  static origin(request: object): Origin | undefined {
    return #origin in request ? request.#origin : undefined;
  }
}

/** Notes where a Request came from. */
export function mark(request: Request, origin: Origin): void {
  new Marked(request, origin);
}

/** Where a Request came from; undefined for one that a plugin has made, also for a clone. */
export function originOf(request: unknown): Origin | undefined {
  return typeof request === "object" && request !== null ? Marked.origin(request) : undefined;
}
