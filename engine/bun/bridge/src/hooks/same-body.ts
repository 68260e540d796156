/**
 * Which Requests have the body of the one that a hook was given. A hook that only changes headers
 * returns `new Request(request, { headers })`; its body, which may be large, need not cross then.
 * Bun does not tell: the new Request has a stream of its own, which it fills from the old one.
 */

// The plugins' is another one, see watchRequests.
const Native = globalThis.Request;

/** Makes its subclasses' constructors set their private fields on any object. */
class Onto {
  constructor(object: object) {
    return object;
  }
}

/** A private field on the Request itself, which no plugin can see. */
class Followed extends Onto {
  #first: Request;

  constructor(request: object, first: Request) {
    super(request);
    this.#first = first;
  }

  static first(value: unknown): Request | undefined {
    return typeof value === "object" && value !== null && #first in value ? value.#first : undefined;
  }
}

/** Has Requests recognised that are made from this one with its body. */
export function follow(request: Request): void {
  new Followed(request, request);
}

/** Whether a Request has the body of a followed one. */
export function hasBodyOf(given: Request, request: Request): boolean {
  return Followed.first(given) === request || given.body === request.body;
}

/**
 * Replaces the global Request by one that recognises followed bodies, and differs in nothing else.
 * Once is enough; that it is not done for workers without hooks spares those some percents.
 */
export function watchRequests(): void {
  if (globalThis.Request !== Native) return;
  function Request(input: ConstructorParameters<typeof Native>[0], init?: RequestInit): Request {
    if (new.target === undefined) throw new TypeError("Class constructor Request cannot be invoked without 'new'");
    const made =
      new.target === Request ? new Native(input, init) : Reflect.construct(Native, [input, init], new.target);
    inherit(made, input, init);
    return made;
  }
  const { clone } = Native.prototype;
  Native.prototype.clone = function (this: Request) {
    const made = clone.call(this);
    inherit(made as object, this, undefined);
    return made;
  } as typeof clone;
  Object.setPrototypeOf(Request, Native);
  Request.prototype = Native.prototype;
  Object.defineProperty(Request, "name", { value: Native.name, configurable: true });
  Object.defineProperty(Request, "length", { value: Native.length, configurable: true });
  Object.defineProperty(Native.prototype, "constructor", { value: Request, writable: true, configurable: true });
  globalThis.Request = Request as unknown as typeof Native;
}

/** A Request has the body of the one it is made from, unless it is given one. */
function inherit(made: object, input: unknown, init: RequestInit | undefined): void {
  const first = Followed.first(init) ?? (init?.body === undefined ? Followed.first(input) : undefined);
  if (first !== undefined) new Followed(made, first);
}
