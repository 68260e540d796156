// @bun
var __require = import.meta.require;

// src/wire/frames.ts
var PROTOCOL = 2;
var Frame = {
  Hello: 1,
  Init: 2,
  Plugin: 3,
  Ready: 4,
  Ping: 5,
  Pong: 6,
  Log: 7,
  Shutdown: 8,
  Bye: 9,
  Live: 10,
  Request: 16,
  Response: 17,
  Data: 18,
  End: 19,
  Abort: 20,
  Credit: 21,
  Timeout: 22,
  OnRequest: 32,
  OnRequestResult: 33,
  OnResponse: 34,
  OnResponseResult: 35,
  BodyWanted: 36,
  WsAccept: 48,
  WsText: 49,
  WsBinary: 50,
  WsPing: 51,
  WsPong: 52,
  WsClose: 53
};
var HEADER = 9;
var COUNTED_HEADER = 5;
var DATA_MAX = 64 * 1024;
var PIECE_MAX = 64 * 1024;
var CONTROL_MAX = 125;
var WINDOW = 256 * 1024;
var CREDIT_STEP = 64 * 1024;
var KIB = 1024;
var onConnection = (to, min, max) => ({
  min,
  max,
  stream: "connection",
  to
});
var onRequest = (to, min, max) => ({ min, max, stream: "request", to });
var RULES = {
  [Frame.Hello]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Init]: onConnection("worker", 2, 16 * KIB * KIB - COUNTED_HEADER),
  [Frame.Plugin]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Ready]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Ping]: onConnection("worker", 8, 8),
  [Frame.Pong]: onConnection("runtime", 8, 8),
  [Frame.Log]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Shutdown]: onConnection("worker", 2, 64 * KIB),
  [Frame.Bye]: onConnection("runtime", 2, 64 * KIB),
  [Frame.Live]: onConnection("worker", 2, 64 * KIB),
  [Frame.Request]: onRequest("worker", 2, 256 * KIB),
  [Frame.Response]: onRequest("runtime", 2, 256 * KIB),
  [Frame.Data]: onRequest("both", 1, DATA_MAX),
  [Frame.End]: onRequest("both", 0, 0),
  [Frame.Abort]: onRequest("both", 2, 64 * KIB),
  [Frame.Credit]: onRequest("both", 4, 4),
  [Frame.Timeout]: onRequest("runtime", 4, 4),
  [Frame.OnRequest]: onRequest("worker", 2, 256 * KIB),
  [Frame.OnRequestResult]: onRequest("runtime", 2, 256 * KIB),
  [Frame.OnResponse]: onRequest("worker", 2, 256 * KIB),
  [Frame.OnResponseResult]: onRequest("runtime", 2, 256 * KIB),
  [Frame.BodyWanted]: onRequest("runtime", 0, 0),
  [Frame.WsAccept]: onRequest("runtime", 2, 256 * KIB),
  [Frame.WsText]: onRequest("both", 1, 1 + PIECE_MAX),
  [Frame.WsBinary]: onRequest("both", 1, 1 + PIECE_MAX),
  [Frame.WsPing]: onRequest("both", 1, 1 + CONTROL_MAX),
  [Frame.WsPong]: onRequest("both", 1, 1 + CONTROL_MAX),
  [Frame.WsClose]: onRequest("both", 2, 64 * KIB)
};
var typesTo = (side) => Object.values(Frame).filter((type) => RULES[type].to === side || RULES[type].to === "both");
var TO_WORKER = typesTo("worker");
var TO_RUNTIME = typesTo("runtime");
function ruleOf(type) {
  return RULES[type];
}

class Violation extends Error {
  name = "Violation";
}

class FrameTooLarge extends Error {
  name = "FrameTooLarge";
}
function typeName(type) {
  return `0x${type.toString(16).padStart(2, "0")}`;
}

// src/wire/reader.ts
class FrameReader {
  #rules = [];
  #sink;
  #partial = Buffer.alloc(HEADER);
  #filled = 0;
  constructor(accepted, sink) {
    for (const type of accepted)
      this.#rules[type] = ruleOf(type);
    this.#sink = sink;
  }
  push(chunk) {
    let at = this.#filled > 0 ? this.#continuePartial(chunk) : 0;
    while (chunk.length - at >= HEADER) {
      const size = this.#sizeOf(chunk, at);
      if (chunk.length - at < size)
        break;
      this.#deliver(chunk, at, size);
      at += size;
    }
    if (at < chunk.length)
      this.#keepPartial(chunk, at);
  }
  #continuePartial(chunk) {
    let at = 0;
    while (at < chunk.length) {
      const taken = chunk.copy(this.#partial, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled < this.#partial.length)
        break;
      const size = this.#sizeOf(this.#partial, 0);
      if (size > this.#partial.length) {
        this.#partial = grown(this.#partial, size);
        continue;
      }
      const whole = this.#partial;
      this.#partial = Buffer.alloc(HEADER);
      this.#filled = 0;
      this.#deliver(whole, 0, size);
      break;
    }
    return at;
  }
  #keepPartial(chunk, at) {
    const rest = chunk.length - at;
    if (rest >= HEADER)
      this.#partial = Buffer.allocUnsafeSlow(this.#sizeOf(chunk, at));
    this.#filled = chunk.copy(this.#partial, 0, at);
  }
  #sizeOf(bytes, at) {
    const length = bytes.readUInt32BE(at);
    const type = bytes[at + 4];
    const rule = this.#rules[type];
    if (rule === undefined)
      throw new Violation(`frame of unknown type ${typeName(type)}`);
    const payload = length - COUNTED_HEADER;
    if (payload < rule.min || payload > rule.max) {
      throw new Violation(`frame ${typeName(type)} of ${payload} bytes, ${rule.min} to ${rule.max} allowed`);
    }
    const stream = bytes.readUInt32BE(at + 5);
    if (stream === 0 !== (rule.stream === "connection")) {
      throw new Violation(`frame ${typeName(type)} on stream ${stream}`);
    }
    return HEADER + payload;
  }
  #deliver(bytes, at, size) {
    this.#sink(bytes[at + 4], bytes.readUInt32BE(at + 5), bytes.subarray(at + HEADER, at + size));
  }
}
function grown(header, size) {
  const whole = Buffer.allocUnsafeSlow(size);
  header.copy(whole);
  return whole;
}

// src/wire/writer.ts
var INITIAL = 64 * 1024;
var KEEP = 1024 * 1024;

class FrameWriter {
  #wake;
  #buffer = Buffer.allocUnsafeSlow(INITIAL);
  #start = 0;
  #end = 0;
  constructor(wake) {
    this.#wake = wake;
  }
  get size() {
    return this.#end - this.#start;
  }
  json(type, stream, value) {
    this.text(type, stream, JSON.stringify(value));
  }
  text(type, stream, text) {
    this.#reserve(HEADER + text.length * 3);
    const length = this.#buffer.write(text, this.#end + HEADER, "utf8");
    if (length > ruleOf(type).max) {
      throw new FrameTooLarge(`frame ${typeName(type)} of ${length} bytes, at most ${ruleOf(type).max} allowed`);
    }
    this.#commit(type, stream, length);
  }
  bytes(type, stream, payload) {
    this.#reserve(HEADER + payload.length);
    this.#buffer.set(payload, this.#end + HEADER);
    this.#commit(type, stream, payload.length);
  }
  piece(type, stream, first, bytes) {
    this.#reserve(HEADER + 1 + bytes.length);
    this.#buffer[this.#end + HEADER] = first;
    this.#buffer.set(bytes, this.#end + HEADER + 1);
    this.#commit(type, stream, 1 + bytes.length);
  }
  empty(type, stream) {
    this.#reserve(HEADER);
    this.#commit(type, stream, 0);
  }
  number(type, stream, value) {
    this.#reserve(HEADER + 4);
    this.#buffer.writeUInt32BE(value, this.#end + HEADER);
    this.#commit(type, stream, 4);
  }
  waiting() {
    return this.#buffer.subarray(this.#start, this.#end);
  }
  sent(count) {
    this.#start += count;
    if (this.#start < this.#end)
      return;
    this.#start = this.#end = 0;
    if (this.#buffer.length > KEEP)
      this.#buffer = Buffer.allocUnsafeSlow(INITIAL);
  }
  #commit(type, stream, length) {
    const at = this.#end;
    this.#buffer.writeUInt32BE(length + COUNTED_HEADER, at);
    this.#buffer[at + 4] = type;
    this.#buffer.writeUInt32BE(stream, at + 5);
    this.#end = at + HEADER + length;
    this.#wake();
  }
  #reserve(count) {
    if (this.#end + count <= this.#buffer.length)
      return;
    const needed = this.size + count;
    const target = needed * 2 <= this.#buffer.length ? this.#buffer : Buffer.allocUnsafeSlow(needed * 2);
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    this.#buffer = target;
  }
}

// src/connection.ts
var exit = process.exit.bind(process);
var complain = console.error.bind(console);

class Connection {
  writer = new FrameWriter(() => this.#wake());
  #socket;
  #scheduled = false;
  #blocked = false;
  #whenFlushed;
  #flush = () => this.#send();
  async open(path, listener) {
    const reader = new FrameReader(TO_WORKER, listener.frame);
    this.#socket = await Bun.connect({
      unix: path,
      socket: {
        data: (_, chunk) => guarded(() => {
          reader.push(chunk);
          listener.chunkEnd();
        }),
        drain: () => this.#drain(),
        close: () => exit(0),
        end: () => exit(0),
        error: () => exit(0)
      }
    });
    this.#send();
  }
  flushed() {
    return new Promise((resolve) => {
      this.#whenFlushed = resolve;
      this.#wake();
    });
  }
  #wake() {
    if (this.#scheduled || this.#blocked || this.#socket === undefined)
      return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }
  #drain() {
    this.#blocked = false;
    this.#send();
  }
  #send() {
    this.#scheduled = false;
    if (this.#socket === undefined || this.#blocked)
      return;
    if (this.writer.size > 0) {
      const written = this.#socket.write(this.writer.waiting());
      this.writer.sent(Math.max(0, written));
      this.#blocked = this.writer.size > 0;
    }
    if (!this.#blocked)
      this.#whenFlushed?.();
  }
}
function guarded(work) {
  try {
    work();
  } catch (error) {
    const broke = error instanceof Violation ? "the runtime broke the worker protocol" : "internal error";
    complain(`davit bridge: ${broke}: ${error}`);
    exit(1);
  }
}

// src/requests/response-origin.ts
var TEXT = "text/plain;charset=utf-8";
var BYTES = "application/octet-stream";
var SHORT = DATA_MAX / 3;
var texts = new WeakMap;
function shortTextOf(response) {
  return texts.get(response);
}
function watchResponses() {
  const Native = globalThis.Response;
  function Response(body, init) {
    if (new.target === undefined)
      throw new TypeError("Class constructor Response cannot be invoked without 'new'");
    const made = new.target === Response ? new Native(body, init) : Reflect.construct(Native, [body, init], new.target);
    if (typeof body === "string")
      noteText(made, body);
    else if (body instanceof ArrayBuffer || ArrayBuffer.isView(body))
      imply(made, BYTES);
    return made;
  }
  Object.setPrototypeOf(Response, Native);
  Response.prototype = Native.prototype;
  Object.defineProperty(Response, "name", { value: Native.name, configurable: true });
  Object.defineProperty(Response, "length", { value: Native.length, configurable: true });
  Object.defineProperty(Native.prototype, "constructor", { value: Response, writable: true, configurable: true });
  globalThis.Response = Response;
}
function noteText(response, text) {
  if (text === "")
    return;
  if (text.length <= SHORT)
    texts.set(response, text);
  imply(response, TEXT);
}
function imply(response, type) {
  if (!response.headers.has("content-type"))
    response.headers.set("content-type", type);
}

// src/log.ts
var MESSAGE_MAX = 16 * 1024;
var BACKLOG_MAX = 4 * 1024 * 1024;
var CUT = "\u2026 (truncated)";
var CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
function clip(text, max = MESSAGE_MAX) {
  const clean = text.slice(0, max).replace(CONTROL, "\uFFFD");
  if (clean.length === text.length && (clean.length * 3 <= max || Buffer.byteLength(clean) <= max))
    return clean;
  const bytes = Buffer.from(clean);
  let end = Math.min(bytes.length, max - Buffer.byteLength(CUT));
  while (end > 0 && ((bytes[end] ?? 0) & 192) === 128)
    end -= 1;
  return bytes.toString("utf8", 0, end) + CUT;
}
function formatArgs(args) {
  if (args.every((arg) => typeof arg === "string") && !args[0]?.includes("%"))
    return args.join(" ");
  const { format } = __require("util");
  return format(...args);
}

class Log {
  #writer;
  #dropped = 0;
  constructor(writer) {
    this.#writer = writer;
  }
  write(plugin, level, message) {
    if (this.#writer.size > BACKLOG_MAX) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0)
      this.#reportDropped();
    this.#writer.json(Frame.Log, 0, { plugin, level, message: clip(message) });
  }
  logger(plugin) {
    const at = (level) => (...args) => this.write(plugin, level, formatArgs(args));
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }
  #reportDropped() {
    const message = `${this.#dropped} log lines were dropped, since the runtime did not read them in time`;
    this.#dropped = 0;
    this.#writer.json(Frame.Log, 0, { plugin: "", level: "warn", message });
  }
}

// src/plugins/failure.ts
import { existsSync, readFileSync, realpathSync } from "fs";

class StartFailure extends Error {
  reason;
  position;
  name = "StartFailure";
  constructor(reason, message, position = null) {
    super(message);
    this.reason = reason;
    this.position = position;
  }
}
function startFailure(reason, root, thrown) {
  if (typeof thrown !== "object" || thrown === null)
    return new StartFailure(reason, String(thrown));
  const { errors } = thrown;
  const all = thrown instanceof AggregateError && Array.isArray(errors) && errors.length > 0 ? errors : [thrown];
  const first = all[0];
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : "";
  return new StartFailure(reason, relativeTo(root, messageOf(first)) + more, positionOf(first, root));
}
function messageOf(error) {
  const { name, message, specifier } = error;
  if (name === "ResolveMessage" && isPackage(specifier)) {
    return `cannot find the package "${specifier}". A plugin's package must hold all that it needs, since nothing is installed at run time: bundle it, with a package.json "build" script that runs "bun build"`;
  }
  const plain = name === "Error" || name === "BuildMessage" || name === "ResolveMessage" || typeof name !== "string";
  return plain ? String(message) : `${name}: ${message}`;
}
function isPackage(specifier) {
  return typeof specifier === "string" && !/^[./]|^file:/.test(specifier);
}
function positionOf(error, root) {
  const { position, specifier, referrer, stack } = error;
  if (position)
    return inRoot(root, position.file, position.line, position.column);
  if (typeof specifier === "string" && typeof referrer === "string")
    return importPosition(root, referrer, specifier);
  return typeof stack === "string" ? stackPosition(root, stack) : null;
}
function importPosition(root, file, specifier) {
  if (!existsSync(file))
    return null;
  const lines = readFileSync(file, "utf8").split(`
`);
  for (const [index, line] of lines.entries()) {
    const column = [`"${specifier}"`, `'${specifier}'`].map((quoted) => line.indexOf(quoted)).find((found) => found >= 0);
    if (column !== undefined)
      return inRoot(root, file, index + 1, column + 1);
  }
  return inRoot(root, file, 1, 1);
}
function stackPosition(root, stack) {
  for (const [, file, line, column] of stack.matchAll(/^\s+at .*?\(?(\/[^\n]*?):(\d+):(\d+)\)?$/gm)) {
    const position = inRoot(root, file, Number(line), Number(column));
    if (position !== null)
      return position;
  }
  return null;
}
function inRoot(root, file, line, column) {
  const base = rootsOf(root).find((candidate) => file.startsWith(candidate));
  return base === undefined ? null : `${file.slice(base.length)}:${line}:${column}`;
}
function relativeTo(root, message) {
  return rootsOf(root).reduce((text, base) => text.replaceAll(base, ""), message);
}
function rootsOf(root) {
  const bare = root.replace(/\/+$/, "");
  return [`${bare}/`, existsSync(bare) ? `${realpathSync(bare)}/` : `${bare}/`];
}
function ownerOf(error, plugins) {
  if (plugins.length === 1)
    return plugins[0];
  const stack = error instanceof Error && typeof error.stack === "string" ? error.stack : "";
  return plugins.find((plugin) => stackPosition(plugin.root, stack) !== null);
}

// src/serverless/messages.ts
var INTO_WORKER = [Frame.Request, Frame.Data, Frame.End, Frame.Credit, Frame.Abort];
var OUT_OF_WORKER = [
  Frame.Response,
  Frame.Data,
  Frame.End,
  Frame.Credit,
  Frame.Abort,
  Frame.Log
];

// src/serverless/port.ts
var TAKEN = 0;

class FramePort {
  writer = new FrameWriter(() => this.#wake());
  #port;
  #paced;
  #scheduled = false;
  #closed = false;
  #untaken = false;
  constructor(port, accepted, paced, listener) {
    this.#port = port;
    this.#paced = paced;
    const reader = new FrameReader(accepted, listener.frame);
    port.onmessage = (event) => {
      const { data } = event;
      if (this.#closed)
        return;
      if (data === TAKEN)
        return this.#taken();
      if (!(data instanceof Uint8Array))
        return listener.message(data);
      reader.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      if (!paced)
        port.postMessage(TAKEN);
      listener.batchEnd();
    };
  }
  post(message) {
    if (this.#closed)
      return;
    this.#send();
    this.#port.postMessage(message);
  }
  close() {
    this.#closed = true;
    this.#port.close();
  }
  #wake() {
    if (this.#scheduled || this.#untaken || this.#closed)
      return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#untaken)
        this.#send();
    });
  }
  #taken() {
    this.#untaken = false;
    this.#send();
  }
  #send() {
    const { size } = this.writer;
    if (size === 0 || this.#closed)
      return;
    const batch = Uint8Array.prototype.slice.call(this.writer.waiting());
    this.writer.sent(size);
    this.#untaken = this.#paced;
    this.#port.postMessage(batch, [batch.buffer]);
  }
}

// src/serverless/inside/app.ts
import { existsSync as existsSync2 } from "fs";
import { join } from "path";

// src/requests/checked.ts
var { Response } = globalThis;

class NotAResponse extends Error {
  name = "NotAResponse";
}
function isResponse(value) {
  return value instanceof Response;
}
function checked(asked, response) {
  if (!(response instanceof Response))
    throw new NotAResponse(`${asked} returned ${described(response)} instead of a Response`);
  if (response.status < 200)
    throw new NotAResponse(`${asked} returned a Response with status ${response.status}; 200 to 599 can be sent`);
  if (response.bodyUsed) {
    throw new NotAResponse(`${asked} returned a Response whose body was read already; return a new Response for each request`);
  }
  return response;
}
function checkedUnlessOver(asked, response, exchange) {
  if (!exchange.over)
    return checked(asked, response);
  if (response instanceof Response)
    return response;
  return;
}
function described(value) {
  if (value === null || typeof value !== "object")
    return String(value);
  return `an object of type ${value.constructor?.name ?? "null"}`;
}
function plain(status, text) {
  return new Response(text, { status, headers: { "content-type": "text/plain;charset=utf-8" } });
}

// src/server/routes-fault.ts
var METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]);
function routesFault(name, routes) {
  if (typeof routes !== "object" || routes === null || Array.isArray(routes)) {
    return `${name} must be an object that maps patterns, e.g. "/hello/:name", to a Response or a handler`;
  }
  for (const [pattern, value] of Object.entries(routes)) {
    const fault = patternFault(pattern) ?? valueFault(value);
    if (fault !== undefined)
      return `${name}["${pattern}"]: ${fault}`;
  }
  return;
}
function patternFault(pattern) {
  if (!pattern.startsWith("/"))
    return "a pattern starts with a slash";
  if (/[^\0-\x7f]/.test(pattern))
    return "write characters beyond ASCII percent-encoded in a pattern";
  const names = pattern.split("/").flatMap((segment) => segment.startsWith(":") ? [segment.slice(1)] : []);
  if (names.some((name) => /^[0-9]/.test(name)))
    return "a name in a pattern does not start with a digit";
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? undefined : `the name "${twice}" stands twice in the pattern`;
}
function valueFault(value) {
  if (isHandler(value))
    return;
  const wanted = "give a Response, a handler (request, server) => Response, or an object of those by method";
  if (typeof value !== "object" || value === null)
    return `${wanted}, not ${String(value)}`;
  const entries = Object.entries(value);
  const other = entries.find(([method]) => !METHODS.has(method));
  if (other !== undefined)
    return `${wanted}; "${other[0]}" is no method`;
  const odd = entries.find(([, handler]) => !isHandler(handler));
  return odd === undefined ? undefined : `${odd[0]}: ${wanted}`;
}
function isHandler(value) {
  return typeof value === "function" || isResponse(value) || value === false || value === undefined;
}

// src/server/router.ts
class Router {
  #root = newNode();
  constructor(routes) {
    for (const [pattern, value] of Object.entries(routes))
      if (value !== undefined)
        this.#add(pattern, value);
  }
  match(method, path) {
    const parts = [];
    const target = find(this.#root, path.split("/"), 1, method, parts);
    if (target === undefined || target.value === false)
      return;
    const params = Object.create(null);
    for (const [at, name] of target.names.entries())
      if (name !== "")
        params[name] = decoded(parts[at] ?? "");
    return { value: target.value, params };
  }
  #add(pattern, value) {
    const names = [];
    let node = this.#root;
    for (const segment of pattern.split("/").slice(1)) {
      if (segment.startsWith("*")) {
        node.rest ??= newLeaf();
        if (pattern.endsWith(`/${segment}`))
          put(node.rest, names, value);
        return;
      }
      if (segment.startsWith(":")) {
        names.push(segment.slice(1));
        node = node.named ??= newNode();
      } else {
        let next = node.plain.get(segment);
        if (next === undefined)
          node.plain.set(segment, next = newNode());
        node = next;
      }
    }
    put(node.here ??= newLeaf(), names, value);
  }
}
function newNode() {
  return { plain: new Map, named: undefined, rest: undefined, here: undefined };
}
function newLeaf() {
  return { any: undefined, methods: new Map };
}
function put(leaf, names, value) {
  if (typeof value === "function" || isResponse(value) || value === false) {
    leaf.any = { names, value };
    return;
  }
  for (const [method, handler] of Object.entries(value)) {
    if (handler !== undefined)
      leaf.methods.set(method, { names, value: handler });
  }
}
function find(node, segments, at, method, parts) {
  const segment = segments[at];
  if (segment === undefined)
    return pick(node.here, method);
  const next = node.plain.get(segment);
  const found = next && find(next, segments, at + 1, method, parts);
  if (found !== undefined)
    return found;
  if (node.named !== undefined && segment !== "") {
    parts.push(segment);
    const named = find(node.named, segments, at + 1, method, parts);
    if (named !== undefined)
      return named;
    parts.pop();
  }
  return pick(node.rest, method);
}
function pick(leaf, method) {
  if (leaf === undefined)
    return;
  const { any, methods } = leaf;
  return methods.get(method) ?? (method === "HEAD" ? methods.get("GET") : undefined) ?? any;
}
function decoded(segment) {
  if (!segment.includes("%"))
    return segment;
  return segment.replace(/(?:%[0-9a-f]{2})+|%..|%/gi, (text) => /^%[0-9a-f]{2}/i.test(text) ? Buffer.from(text.replaceAll("%", ""), "hex").toString() : "\uFFFD");
}

// src/serverless/inside/app.ts
var PERSISTENT = [
  "onInit",
  "onShutdown",
  "provides",
  "server",
  "onRequest",
  "onResponse",
  "websocket",
  "onServerStart"
];
async function loadApp(spec) {
  const path = join(spec.root, spec.entry);
  if (!existsSync2(path)) {
    refuse(`the entry ${spec.entry} is not in the package: build it, or correct pluginEntry in manifest.yaml`);
  }
  let module;
  try {
    module = await import(path);
  } catch (thrown) {
    throw startFailure("LoadFailed", spec.root, thrown);
  }
  const exported = module["default"];
  if (spec.mode === "auto" && isPersistent(exported))
    return "persistent";
  return appOf(spec.entry, module);
}
function isPersistent(exported) {
  if (!hasMembers(exported))
    return false;
  if (typeof exported === "function")
    return typeof exported["fetch"] !== "function";
  const isApp = typeof exported["fetch"] === "function" && Object.getPrototypeOf(exported) !== Object.prototype;
  return !isApp && PERSISTENT.some((member) => (member in exported));
}
function appOf(entry, module) {
  const holders = [module["default"], module].filter(hasMembers);
  const routes = holders.map((holder) => holder["routes"]).find((value) => hasMembers(value) && !Array.isArray(value));
  const isApp = hasMembers(routes) && typeof routes["fetch"] === "function";
  const table = isApp ? undefined : routes;
  const fetch = bound(holders, "fetch") ?? (isApp ? bound([routes], "fetch") : undefined);
  if (fetch === undefined && table === undefined)
    refuse(`${entry} must export ${WANTED}`);
  const fault = table === undefined ? undefined : routesFault("routes", table);
  if (fault !== undefined)
    refuse(fault);
  return {
    router: table === undefined ? undefined : new Router(table),
    fetch,
    onIdle: bound(holders, "onIdle"),
    onTerminate: bound(holders, "onTerminate")
  };
}
var WANTED = "fetch(request) or routes, by name or in its default export; a factory or a PluginImpl belongs into a persistent plugin: plugin.ts, or davit.mode: persistent";
function bound(holders, name) {
  const holder = holders.find((candidate) => typeof candidate[name] === "function");
  return holder?.[name]?.bind(holder);
}
function hasMembers(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}
function refuse(fault) {
  throw new StartFailure("LoadFailed", fault);
}

// src/serverless/inside/console.ts
function logConsole(logger) {
  const { log, debug, info, warn, error } = { ...logger, log: logger.info };
  Object.assign(console, {
    log,
    debug,
    info,
    warn,
    error,
    dir: (value) => info(Bun.inspect(value)),
    table: (value, columns) => info(typeof value === "object" && value !== null ? Bun.inspect.table(value, columns ?? []) : value),
    trace: (...args) => error(...args, `
${new Error("trace").stack}`),
    assert: (holds, ...args) => {
      if (!holds)
        error("Assertion failed", ...args);
    }
  });
}

// src/wire/window.ts
class SendWindow {
  #available = WINDOW;
  #wake;
  get available() {
    return this.#available;
  }
  spend(count) {
    this.#available -= count;
  }
  grant(count) {
    if (count > WINDOW - this.#available)
      throw new Violation(`CREDIT of ${count} bytes acknowledges more than was sent`);
    this.#available += count;
    this.release();
  }
  opened() {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
  release() {
    this.#wake?.();
    this.#wake = undefined;
  }
}

class ReceiveWindow {
  #available = WINDOW;
  #taken = 0;
  receive(count) {
    if (count > this.#available)
      throw new Violation(`DATA exceeds its stream's credit by ${count - this.#available} bytes`);
    this.#available -= count;
  }
  take(count) {
    this.#taken += count;
    if (this.#taken < CREDIT_STEP)
      return 0;
    const credit = this.#taken;
    this.#taken = 0;
    this.#available += credit;
    return credit;
  }
}

// src/requests/body.ts
var REPLAY_MAX = 1024 * 1024;
var GONE_ON = "server.fetch answered 404: the request's body has gone on to routes";

class IncomingBody {
  #window = new ReceiveWindow;
  #giveCredit;
  #ask;
  #queue = [];
  #repeated = 0;
  #taken;
  #takenBytes = 0;
  #complete = false;
  #begun = false;
  #failure;
  #waiting;
  #turn = 0;
  constructor(replay, giveCredit, ask) {
    this.#giveCredit = giveCredit;
    this.#ask = ask;
    if (replay)
      this.#taken = [];
  }
  receive(bytes) {
    if (this.#complete)
      throw new Violation("DATA after END");
    this.#window.receive(bytes.length);
    if (this.#failure !== undefined)
      return;
    this.#queue.push(Uint8Array.prototype.slice.call(bytes));
    this.#serveWaiting();
  }
  end() {
    if (this.#complete)
      throw new Violation("END after END");
    this.#complete = true;
    this.#serveWaiting();
  }
  dropRest(reason) {
    if (!this.#complete)
      this.fail(reason);
  }
  fail(reason) {
    if (this.#failure !== undefined)
      return;
    this.#failure = { reason };
    this.#queue = [];
    this.#taken = undefined;
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
  }
  open() {
    this.#turn += 1;
    if (this.#complete && !this.#begun && this.#failure === undefined)
      return joined(this.#queue);
    const turn = this.#turn;
    return new ReadableStream({
      pull: async (controller) => {
        const chunk = await this.#next(turn);
        if (chunk === null)
          controller.close();
        else
          controller.enqueue(chunk);
      }
    }, { highWaterMark: 0 });
  }
  rewind() {
    this.#waiting?.reject(new Error(GONE_ON));
    this.#waiting = undefined;
    this.#turn += 1;
    if (this.#failure !== undefined)
      return;
    if (this.#taken === undefined) {
      throw new Error(`server.fetch read more than ${REPLAY_MAX} bytes of the body before it answered 404, so routes cannot be given the request`);
    }
    this.#begun = false;
    this.#queue.unshift(...this.#taken);
    this.#repeated += this.#taken.length;
    this.#taken = undefined;
  }
  async#next(turn) {
    if (this.#failure !== undefined)
      throw this.#failure.reason;
    if (turn !== this.#turn)
      throw new Error(GONE_ON);
    const chunk = this.#queue.shift();
    if (chunk !== undefined)
      return this.#take(chunk);
    if (this.#complete)
      return null;
    this.#ask?.();
    this.#ask = undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
  #serveWaiting() {
    const waiting = this.#waiting;
    if (waiting === undefined)
      return;
    this.#waiting = undefined;
    const chunk = this.#queue.shift();
    waiting.resolve(chunk === undefined ? null : this.#take(chunk));
  }
  #take(chunk) {
    this.#begun = true;
    this.#keep(chunk);
    if (this.#repeated > 0) {
      this.#repeated -= 1;
      return chunk;
    }
    const credit = this.#window.take(chunk.length);
    if (credit > 0 && !this.#complete)
      this.#giveCredit(credit);
    return chunk;
  }
  #keep(chunk) {
    if (this.#taken === undefined)
      return;
    this.#takenBytes += chunk.length;
    if (this.#takenBytes > REPLAY_MAX)
      this.#taken = undefined;
    else
      this.#taken.push(chunk.slice());
  }
}
function joined(chunks) {
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

// src/requests/exchange.ts
class Exchange {
  id;
  head;
  hook;
  cookies;
  body;
  window = new SendWindow;
  #writer;
  #release;
  #abort = new AbortController;
  #whenAborted;
  #headSent = false;
  #over = false;
  constructor(id, head, replay, writer, release, hook = false) {
    this.id = id;
    this.head = head;
    this.hook = hook;
    this.#writer = writer;
    this.#release = release;
    if (!head.body)
      return;
    const ask = hook ? () => this.#wantBody() : undefined;
    this.body = new IncomingBody(replay, (bytes) => this.#giveCredit(bytes), ask);
  }
  get signal() {
    return this.#abort.signal;
  }
  get client() {
    return this.head;
  }
  get over() {
    return this.#over;
  }
  receive(type, payload) {
    if (type === Frame.Credit)
      return this.window.grant(payload.readUInt32BE(0));
    if (type !== Frame.Data && type !== Frame.End)
      throw new Violation(`${typeName(type)} for a request`);
    if (this.body === undefined)
      throw new Violation("DATA or END for a request without a body");
    if (type === Frame.Data)
      this.body.receive(payload);
    else
      this.body.end();
  }
  aborted(message) {
    const reason = new DOMException(message, "AbortError");
    this.#end();
    this.body?.fail(reason);
    this.#abort.abort(reason);
    this.#whenAborted?.(reason);
  }
  onAbort(listener) {
    this.#whenAborted = listener;
  }
  get upgradable() {
    return this.head.upgrade && !this.#headSent && !this.#over;
  }
  accept(how) {
    this.#writer.json(Frame.WsAccept, this.id, how);
    this.#finish();
  }
  timeout(seconds) {
    if (!this.#over)
      this.#writer.number(Frame.Timeout, this.id, seconds);
  }
  sendHead(status, headers, body) {
    this.begin(Frame.Response, { status, headers, body }, body);
  }
  begin(type, payload, bytesFollow) {
    this.#writer.json(type, this.id, payload);
    this.#headSent = true;
    if (!bytesFollow)
      this.#finish();
  }
  sendWhole(status, headers, text) {
    this.sendHead(status, headers, true);
    this.#writer.text(Frame.Data, this.id, text);
    this.sendEnd();
  }
  sendData(bytes) {
    this.window.spend(bytes.length);
    this.#writer.bytes(Frame.Data, this.id, bytes);
  }
  room(bytes) {
    return Math.min(bytes, this.window.available, DATA_MAX);
  }
  sendEnd() {
    this.#writer.empty(Frame.End, this.id);
    this.#finish();
  }
  sendAbort() {
    if (this.#over)
      return;
    this.#writer.json(Frame.Abort, this.id, this.#headSent ? RESPONSE_FAILED : PLUGIN_ERROR);
    this.#finish();
  }
  #wantBody() {
    setImmediate(() => {
      if (!this.#over)
        this.#writer.empty(Frame.BodyWanted, this.id);
    });
  }
  #giveCredit(bytes) {
    if (!this.#over)
      this.#writer.number(Frame.Credit, this.id, bytes);
  }
  #finish() {
    this.#end();
    this.body?.dropRest(COMPLETE);
  }
  #end() {
    this.#over = true;
    this.window.release();
    this.#release(this.id);
  }
}
var PLUGIN_ERROR = { code: "PLUGIN_ERROR", message: "The plugin failed to answer the request" };
var RESPONSE_FAILED = { code: "RESPONSE_FAILED", message: "The plugin failed while it sent the response" };
var COMPLETE = new DOMException("The response was complete before the request's body", "AbortError");

// src/requests/respond.ts
var encoder = new TextEncoder;
var BODILESS = new Set([204, 205, 304]);
async function respond(exchange, response) {
  const headers = flatHeaders(response.headers);
  if (exchange.cookies !== undefined)
    addCookies(headers, exchange.cookies);
  if (exchange.head.method === "HEAD" || BODILESS.has(response.status)) {
    exchange.sendHead(response.status, headers, false);
    return discard(response);
  }
  const text = shortTextOf(response);
  if (text !== undefined)
    return exchange.sendWhole(response.status, withLength(headers, text), text);
  const { body } = response;
  if (body === null)
    return exchange.sendHead(response.status, headers, false);
  await sendBody(exchange, body, () => exchange.sendHead(response.status, headers, true));
}
async function sendBody(exchange, body, begin) {
  const reader = body.getReader();
  exchange.onAbort((reason) => reader.cancel(reason).catch(() => {}));
  try {
    begin();
    await pump(exchange, reader);
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}
function discard(response) {
  if (response.bodyUsed || shortTextOf(response) !== undefined)
    return;
  response.body?.cancel().catch(() => {});
}
async function pump(exchange, reader) {
  while (!exchange.over) {
    if (exchange.window.available === 0) {
      await exchange.window.opened();
      continue;
    }
    const { done, value } = await reader.read();
    if (exchange.over)
      return;
    if (done)
      return exchange.sendEnd();
    await send(exchange, toBytes(value));
  }
}
async function send(exchange, bytes) {
  let rest = bytes;
  while (rest.length > 0 && !exchange.over) {
    const count = exchange.room(rest.length);
    if (count === 0) {
      await exchange.window.opened();
      continue;
    }
    exchange.sendData(count === rest.length ? rest : rest.subarray(0, count));
    rest = rest.subarray(count);
  }
}
function flatHeaders(headers) {
  const flat = [];
  headers.forEach((value, name) => flat.push(name, value));
  return flat;
}
function addCookies(headers, cookies) {
  for (const cookie of cookies.toSetCookieHeaders())
    headers.push("set-cookie", cookie);
}
function withLength(headers, text) {
  for (let i = 0;i < headers.length; i += 2) {
    if (headers[i] === "content-length")
      headers.splice(i, 2);
  }
  headers.push("content-length", String(Buffer.byteLength(text)));
  return headers;
}
function toBytes(chunk) {
  if (chunk instanceof Uint8Array)
    return chunk;
  if (typeof chunk === "string")
    return encoder.encode(chunk);
  if (chunk instanceof ArrayBuffer)
    return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk))
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError(`the response's body yielded ${typeof chunk} where bytes or a string can be sent`);
}

// src/requests/serve.ts
async function serve(plugin, exchange, log, ask, what) {
  try {
    const response = await ask();
    if (response === undefined)
      return;
    if (exchange.over)
      discard(response);
    else
      await respond(exchange, response);
  } catch (error) {
    const level = exchange.over ? "debug" : "error";
    exchange.sendAbort();
    const reason = error instanceof NotAResponse ? error.message : formatArgs([error]);
    const asked = what === undefined ? "" : `${what} for `;
    log.write(plugin, level, `${asked}${labelOf(exchange.head)} failed: ${reason}`);
  }
}
function labelOf({ method, url, headers }) {
  const value = (name) => {
    const at = headers.findIndex((text, i) => i % 2 === 0 && text === name);
    return at < 0 ? undefined : headers[at + 1];
  };
  const number = value("x-request-id");
  const trace = value("traceparent")?.split("-")[1];
  const known = [number && `request ${number}`, trace && `trace ${trace}`].filter(Boolean);
  return `${method} ${withoutQuery(url)}${known.length > 0 ? ` (${known.join(", ")})` : ""}`;
}
function withoutQuery(url) {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

// src/wire/parse.ts
var decoder = new TextDecoder("utf-8", { fatal: true });
function parse(frame, payload) {
  let value;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    throw new Violation(`${frame} is not JSON in UTF-8`);
  }
  return object(frame, value);
}
function object(what, value) {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Violation(`${what} is not an object`);
  return value;
}
function list(what, value) {
  if (!Array.isArray(value))
    throw new Violation(`${what} is not a list`);
  return value;
}
function string(what, value) {
  if (typeof value !== "string")
    throw new Violation(`${what} is not a string`);
  return value;
}
function boolean(what, value) {
  if (typeof value !== "boolean")
    throw new Violation(`${what} is not a boolean`);
  return value;
}
function count(what, value) {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Violation(`${what} is not a whole number`);
  return value;
}
function strings(what, value) {
  for (const item of list(what, value))
    string(what, item);
  return value;
}
function stringMap(what, value) {
  const map = object(what, value);
  for (const item of Object.values(map))
    string(what, item);
  return map;
}
function oneOf(what, known, value) {
  const found = known.find((text) => text === value);
  if (found === undefined)
    throw new Violation(`${what} is none of ${known.join(", ")}`);
  return found;
}
function headers(what, value) {
  const flat = strings(what, value);
  if (flat.length % 2 !== 0)
    throw new Violation(`${what} has a name without a value`);
  return flat;
}

// src/wire/messages.ts
function parseRequest(payload, plugins) {
  const head = parse("REQUEST", payload);
  return {
    plugin: index("REQUEST", head, plugins),
    method: string("REQUEST method", head["method"]),
    url: string("REQUEST url", head["url"]),
    peer: string("REQUEST peer", head["peer"]),
    port: count("REQUEST port", head["port"]),
    body: boolean("REQUEST body", head["body"]),
    upgrade: boolean("REQUEST upgrade", head["upgrade"]),
    headers: headers("REQUEST headers", head["headers"])
  };
}
function parseOnRequest(payload, plugins) {
  const head = parse("ON_REQUEST", payload);
  return {
    plugin: index("ON_REQUEST", head, plugins),
    app: app("ON_REQUEST", head["app"]),
    ...requestLine("ON_REQUEST", head),
    body: boolean("ON_REQUEST body", head["body"])
  };
}
function parseOnResponse(payload, plugins) {
  const head = parse("ON_RESPONSE", payload);
  return {
    plugin: index("ON_RESPONSE", head, plugins),
    app: app("ON_RESPONSE", head["app"]),
    status: count("ON_RESPONSE status", head["status"]),
    headers: headers("ON_RESPONSE headers", head["headers"]),
    body: boolean("ON_RESPONSE body", head["body"]),
    request: requestLine("ON_RESPONSE request", object("ON_RESPONSE request", head["request"]))
  };
}
function parseClose(payload) {
  const close = parse("WS_CLOSE", payload);
  return { code: count("WS_CLOSE code", close["code"]), reason: string("WS_CLOSE reason", close["reason"]) };
}
function parseShutdown(payload) {
  return count("SHUTDOWN timeoutMs", parse("SHUTDOWN", payload)["timeoutMs"]);
}
function parseAbort(payload) {
  return string("ABORT message", parse("ABORT", payload)["message"]);
}
function index(frame, head, plugins) {
  const plugin = count(`${frame} plugin`, head["plugin"]);
  if (plugin >= plugins)
    throw new Violation(`${frame} for plugin ${plugin} of ${plugins}`);
  return plugin;
}
function requestLine(frame, head) {
  return {
    method: string(`${frame} method`, head["method"]),
    url: string(`${frame} url`, head["url"]),
    peer: string(`${frame} peer`, head["peer"]),
    port: count(`${frame} port`, head["port"]),
    headers: headers(`${frame} headers`, head["headers"])
  };
}
function app(frame, value) {
  if (value === null)
    return null;
  const { name, version, base } = object(`${frame} app`, value);
  return {
    name: string(`${frame} app name`, name),
    version: string(`${frame} app version`, version),
    base: base === null ? null : string(`${frame} app base`, base)
  };
}

// src/requests/origin.ts
class Onto {
  constructor(object) {
    return object;
  }
}

class Marked extends Onto {
  #origin;
  constructor(request, origin) {
    super(request);
    this.#origin = origin;
  }
  static origin(request) {
    return #origin in request ? request.#origin : undefined;
  }
}
function mark(request, origin) {
  new Marked(request, origin);
}
function originOf(request) {
  return typeof request === "object" && request !== null ? Marked.origin(request) : undefined;
}

// src/requests/request.ts
var { Request } = globalThis;
function toRequest(exchange, url, body = true) {
  const { method, headers: flat } = exchange.head;
  const init = { method, signal: exchange.signal };
  if (body && exchange.body !== undefined)
    init.body = exchange.body.open();
  const request = new Request(url, init);
  fill(request.headers, flat);
  mark(request, exchange);
  return request;
}
function fill(headers, flat) {
  for (let at = 0;at < flat.length; at += 2)
    headers.append(flat[at], flat[at + 1]);
}
function pathOf(url) {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0)
    return "/";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}
function withoutBase(url, base) {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  const rest = path + base.length;
  const next = url[rest];
  if (base === "" || path < 0 || !url.startsWith(base, path))
    return url;
  if (next === "/")
    return url.slice(0, path) + url.slice(rest);
  if (next === undefined || next === "?")
    return `${url.slice(0, path)}/${url.slice(rest)}`;
  return url;
}
var COMMON = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
function isKnownMethod(method) {
  return COMMON.has(method) || new Request("http://localhost/", { method }).method === method;
}

// src/server/routed.ts
async function askRoute(name, { value, params }, exchange, url, server) {
  if (typeof value !== "function")
    return checkedUnlessOver(name, value.clone(), exchange);
  const request = routed(toRequest(exchange, url), params, exchange);
  return checkedUnlessOver(`a handler of ${name}`, await value(request, server), exchange);
}
function routed(request, params, exchange) {
  const { clone } = request;
  return Object.defineProperties(request, {
    params: { value: params, configurable: true },
    cookies: { get: () => exchange.cookies ??= cookiesOf(exchange), configurable: true },
    clone: { value: () => routed(clone.call(request), params, exchange), configurable: true }
  });
}
function cookiesOf({ head }) {
  const values = head.headers.filter((_, at, flat) => at % 2 === 1 && flat[at - 1] === "cookie");
  return new Bun.CookieMap(values.join("; "));
}

// src/serverless/inside/answer.ts
async function answerApp(app, base, exchange) {
  const { method } = exchange.head;
  if (!isKnownMethod(method))
    return plain(501, "Method not implemented");
  const url = withoutBase(exchange.head.url, base);
  const route = app.router?.match(method, pathOf(url));
  if (route !== undefined)
    return askRoute("routes", route, exchange, url, undefined);
  if (app.fetch === undefined)
    return plain(404, "Not Found");
  return checkedUnlessOver("fetch", await app.fetch(toRequest(exchange, url)), exchange);
}

// src/serverless/inside/requests.ts
class Requests {
  app;
  #spec;
  #writer;
  #log;
  #exchanges = new Map;
  #held = [];
  constructor(spec, writer, log) {
    this.#spec = spec;
    this.#writer = writer;
    this.#log = log;
  }
  frame(type, id, payload) {
    if (type === Frame.Request)
      return this.#open(id, payload);
    const exchange = this.#exchanges.get(id);
    if (type === Frame.Abort)
      exchange?.aborted(parseAbort(payload));
    else
      exchange?.receive(type, payload);
  }
  batchEnd() {
    const held = this.#held;
    this.#held = [];
    for (const exchange of held)
      if (!exchange.over)
        this.#serve(exchange);
  }
  #open(id, payload) {
    const head = parseRequest(payload, Number.MAX_SAFE_INTEGER);
    const exchange = new Exchange(id, head, false, this.#writer, (over) => this.#exchanges.delete(over));
    this.#exchanges.set(id, exchange);
    this.#held.push(exchange);
  }
  #serve(exchange) {
    const { app } = this;
    if (app === undefined)
      throw new Violation("a request before the module was loaded");
    serve(this.#spec.plugin, exchange, this.#log, () => answerApp(app, this.#spec.base, exchange));
  }
}

// src/serverless/inside/main.ts
var exit2 = process.exit.bind(process);
function runInside() {
  const scope = globalThis;
  scope.onmessage = ({ data }) => {
    scope.onmessage = null;
    new Inside(data.port, data.app).load();
  };
}

class Inside {
  #spec;
  #port;
  #log;
  #requests;
  #app;
  constructor(port, spec) {
    this.#spec = spec;
    this.#port = new FramePort(port, INTO_WORKER, true, {
      frame: (type, id, payload) => this.#requests.frame(type, id, payload),
      batchEnd: () => this.#requests.batchEnd(),
      message: ({ kind }) => this.#message(kind)
    });
    this.#log = new Log(this.#port.writer);
    this.#requests = new Requests(spec, this.#port.writer, this.#log);
    const uncaught = (what) => (error) => this.#uncaught(`${what}: ${formatArgs([error])}`);
    process.on("uncaughtException", uncaught("uncaught exception"));
    process.on("unhandledRejection", uncaught("unhandled rejection"));
    logConsole(this.#log.logger(spec.plugin));
    watchResponses();
  }
  async load() {
    try {
      const app = await loadApp(this.#spec);
      if (app !== "persistent")
        this.#requests.app = this.#app = app;
      this.#port.post({ kind: "loaded", as: app === "persistent" ? app : "serverless" });
    } catch (error) {
      if (!(error instanceof StartFailure))
        throw error;
      const { reason, message, position } = error;
      this.#port.post({ kind: "failed", failure: { reason, message, position } });
    }
  }
  #message(kind) {
    if (kind === "check")
      this.#port.post({ kind: "alive" });
    else if (kind === "idle")
      this.#idle();
    else
      this.#terminate();
  }
  async#idle() {
    try {
      await this.#app?.onIdle?.();
    } catch (error) {
      this.#log.write(this.#spec.plugin, "error", `onIdle failed: ${formatArgs([error])}`);
    }
  }
  async#terminate() {
    let error = null;
    try {
      await this.#app?.onTerminate?.();
    } catch (thrown) {
      error = formatArgs([thrown]);
    }
    this.#port.post({ kind: "terminated", error });
  }
  #uncaught(error) {
    this.#port.post({ kind: "uncaught", error });
    exit2(1);
  }
}

// src/hooks/headers.ts
function same(before, after) {
  return before.length === after.length && before.every((text, at) => text === after[at]);
}

// src/hooks/same-body.ts
var Native = globalThis.Request;

class Onto2 {
  constructor(object) {
    return object;
  }
}

class Followed extends Onto2 {
  #first;
  constructor(request, first) {
    super(request);
    this.#first = first;
  }
  static first(value) {
    return typeof value === "object" && value !== null && #first in value ? value.#first : undefined;
  }
}
function follow(request) {
  new Followed(request, request);
}
function hasBodyOf(given, request) {
  return Followed.first(given) === request || given.body === request.body;
}
function watchRequests() {
  if (globalThis.Request !== Native)
    return;
  function Request(input, init) {
    if (new.target === undefined)
      throw new TypeError("Class constructor Request cannot be invoked without 'new'");
    const made = new.target === Request ? new Native(input, init) : Reflect.construct(Native, [input, init], new.target);
    inherit(made, input, init);
    return made;
  }
  const { clone } = Native.prototype;
  Native.prototype.clone = function() {
    const made = clone.call(this);
    inherit(made, this, undefined);
    return made;
  };
  Object.setPrototypeOf(Request, Native);
  Request.prototype = Native.prototype;
  Object.defineProperty(Request, "name", { value: Native.name, configurable: true });
  Object.defineProperty(Request, "length", { value: Native.length, configurable: true });
  Object.defineProperty(Native.prototype, "constructor", { value: Request, writable: true, configurable: true });
  globalThis.Request = Request;
}
function inherit(made, input, init) {
  const first = Followed.first(init) ?? (init?.body === undefined ? Followed.first(input) : undefined);
  if (first !== undefined)
    new Followed(made, first);
}

// src/hooks/on-request.ts
var { Request: Request2 } = globalThis;
var CONTINUE = { kind: "continue" };
async function askOnRequest({ impl }, exchange, app) {
  const { method, url } = exchange.head;
  if (!isKnownMethod(method))
    return plain(501, "Method not implemented");
  const request = toRequest(exchange, url);
  follow(request);
  const before = flatHeaders(request.headers);
  const given = await impl.onRequest?.(request, app ?? undefined);
  if (isResponse(given))
    return exchange.over ? given : checked("onRequest", given);
  if (exchange.over)
    return;
  await goOn(exchange, request, before, asRequest(given ?? request));
  return;
}
function asRequest(given) {
  if (given instanceof Request2)
    return given;
  throw new NotAResponse(`onRequest returned ${described(given)} instead of a Response, a Request or nothing`);
}
async function goOn(exchange, request, before, given) {
  const headers = flatHeaders(given.headers);
  if (given === request && same(before, headers))
    return exchange.begin(Frame.OnRequestResult, CONTINUE, false);
  const body = bodyKind(exchange, request, given);
  const { method, url } = given;
  const result = { kind: "request", method, url, headers, body };
  if (body !== "own")
    return exchange.begin(Frame.OnRequestResult, result, false);
  result.headers = headers.filter((_, at) => headers[at - at % 2] !== "content-length");
  await sendBody(exchange, given.body, () => exchange.begin(Frame.OnRequestResult, result, true));
}
function bodyKind({ head }, request, given) {
  if (given === request)
    return head.body ? "same" : "none";
  if (given.body === null)
    return "none";
  if (head.body && hasBodyOf(given, request))
    return "same";
  if (given.bodyUsed) {
    throw new NotAResponse("onRequest returned a Request whose body was read already: give it the body that it goes on with");
  }
  return "own";
}

// src/hooks/on-response.ts
var { Response: Response2 } = globalThis;
var CONTINUE2 = { kind: "continue" };
var LENGTH = "content-length";

class ResponseExchange extends Exchange {
  constructor(id, response, writer, release) {
    const { plugin, body, request } = response;
    const head = { ...request, plugin, body, upgrade: false };
    super(id, head, false, writer, release, true);
  }
  sendHead(status, headers, body) {
    this.result(status, headers, body ? "own" : "none");
  }
  result(status, headers, body) {
    this.begin(Frame.OnResponseResult, { kind: "response", status, headers, body }, body === "own");
  }
}
async function askOnResponse({ impl }, exchange, { status, headers, app, request: line }) {
  if (!isKnownMethod(line.method))
    return goOn2(exchange);
  const response = new Response2(exchange.body?.open() ?? null, { status });
  fill(response.headers, headers);
  const before = flatHeaders(response.headers);
  const given = await impl.onResponse?.(response, app ?? undefined, toRequest(exchange, line.url, false)) ?? response;
  if (exchange.over)
    return given === response ? undefined : given;
  if (!isResponse(given) || !hasSameBody(given, response))
    return dropLength(checked("onResponse", given), response);
  const after = flatHeaders(given.headers);
  if (given.status === status && same(before, after))
    return goOn2(exchange);
  exchange.result(given.status, after, exchange.body === undefined ? "none" : "same");
  return;
}
function goOn2(exchange) {
  exchange.begin(Frame.OnResponseResult, CONTINUE2, false);
}
function hasSameBody(given, response) {
  return given === response || given.body !== null && given.body === response.body;
}
function dropLength(given, response) {
  if (shortTextOf(given) === undefined && given.headers.get(LENGTH) === response.headers.get(LENGTH)) {
    given.headers.delete(LENGTH);
  }
  return given;
}

// src/requests/answer.ts
async function answer(plugin, exchange, server) {
  const { server: own, routes } = plugin.impl;
  const { method, url } = exchange.head;
  if (!isKnownMethod(method))
    return plain(501, "Method not implemented");
  const route = plugin.router?.match(method, pathOf(url));
  if (route !== undefined)
    return askRoute("server.routes", route, exchange, url, server);
  if (own?.fetch) {
    const response = checkedUnlessOver("server.fetch", await own.fetch(toRequest(exchange, url), server), exchange);
    if (response?.status !== 404 || !routes || exchange.over)
      return response;
    discard(response);
    exchange.body?.rewind();
  }
  if (!routes)
    return plain(404, "Not Found");
  const request = toRequest(exchange, withoutBase(url, plugin.base));
  return checkedUnlessOver("routes.fetch", await routes.fetch(request, server), exchange);
}

// src/requests/streams.ts
class Streams {
  #open = new Map;
  add(id, stream) {
    if (this.#open.has(id))
      throw new Violation(`a new stream ${id}, which is in use`);
    this.#open.set(id, stream);
  }
  get(id) {
    return this.#open.get(id);
  }
  release = (id) => {
    this.#open.delete(id);
  };
  values() {
    return this.#open.values();
  }
}

// src/server/server.ts
var TIMEOUT_MAX = 4294967295;

class Server {
  hostname;
  port;
  protocol = "http";
  development = false;
  id = "";
  #sockets;
  #exchanges;
  constructor({ hostname, port }, sockets, exchanges) {
    this.hostname = hostname;
    this.port = port;
    this.#sockets = sockets;
    this.#exchanges = exchanges;
  }
  get url() {
    const host = this.hostname.includes(":") ? `[${this.hostname}]` : this.hostname;
    return new URL(`http://${host}:${this.port}/`);
  }
  get pendingRequests() {
    return this.#exchanges();
  }
  get pendingWebSockets() {
    return this.#sockets.count;
  }
  upgrade(request, options) {
    const origin = originOf(request);
    return origin instanceof Exchange && this.#sockets.upgrade(origin, options ?? {});
  }
  requestIP(request) {
    const origin = originOf(request);
    if (origin === undefined || origin.over)
      return null;
    const { peer, port } = origin.client;
    return { address: peer, family: peer.includes(":") ? "IPv6" : "IPv4", port };
  }
  timeout(request, seconds) {
    if (!(seconds >= 0 && seconds <= TIMEOUT_MAX)) {
      throw new RangeError(`server.timeout takes seconds, 0 for no limit, not ${String(seconds)}`);
    }
    originOf(request)?.timeout(Math.ceil(seconds));
  }
  publish(topic, data, _compress) {
    return this.#sockets.topics.publish("publish", topic, data);
  }
  subscriberCount(topic) {
    return this.#sockets.topics.count(topic);
  }
  stop() {
    return refuse2("stop", "the runtime serves other plugins too");
  }
  reload() {
    return refuse2("reload", "deploy a new version of the plugin, which is then replaced as a whole");
  }
  fetch() {
    return refuse2("fetch", "call the plugin's own handler, or fetch() with the runtime's public address");
  }
  closeIdleConnections() {
    return refuse2("closeIdleConnections", "the connections are the runtime's");
  }
  ref() {
    return refuse2("ref", "the process lives as long as the runtime needs it");
  }
  unref() {
    return refuse2("unref", "the process lives as long as the runtime needs it");
  }
  [Symbol.dispose]() {
    return this.stop();
  }
}
function refuse2(method, why) {
  throw new Error(`a plugin cannot call server.${method}(): ${why}`);
}

// src/plugins/limit.ts
var TIMER_MAX = 2 ** 31 - 1;
async function within(ms, work, late) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.min(ms, TIMER_MAX));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

class TimeUsedUp extends Error {
  name = "TimeUsedUp";
}

class SharedTime {
  #ms;
  #start = performance.now();
  #usedUp = false;
  constructor(ms) {
    this.#ms = ms;
  }
  async spend(what, work) {
    const left = this.#ms - (performance.now() - this.#start);
    if (this.#usedUp || left <= 0)
      throw new TimeUsedUp(`${what} was not called, since the ${this.#ms} ms for all plugins were used up`);
    const done = (async () => work())();
    await within(left, done, () => {
      this.#usedUp = true;
      return new TimeUsedUp(`${what} did not end within the ${this.#ms} ms for all plugins`);
    });
  }
}

// src/serverless/stream.ts
class PooledStream {
  label;
  failed = false;
  #asker;
  #waiting = [];
  #waitingBytes = 0;
  #toWorker;
  #over = false;
  #limit;
  whenOver = () => {};
  constructor(request, label, asker) {
    this.label = label;
    this.#asker = asker;
    this.#keep(Frame.Request, request);
  }
  get over() {
    return this.#over;
  }
  limit(ms, late) {
    clearTimeout(this.#limit);
    this.#limit = setTimeout(late, Math.min(ms, TIMER_MAX));
  }
  receive(type, payload) {
    if (type !== Frame.Data && type !== Frame.End && type !== Frame.Credit)
      throw new Violation(`${typeName(type)} for a request`);
    if (this.#over)
      return;
    if (this.#toWorker === undefined)
      this.#keep(type, payload);
    else
      this.#toWorker.writer.bytes(type, this.#toWorker.id, payload);
  }
  aborted(message) {
    if (this.#over)
      return;
    this.#toWorker?.writer.json(Frame.Abort, this.#toWorker.id, { code: "CLIENT_GONE", message });
    this.#end(true);
  }
  assign(writer, id) {
    this.#toWorker = { writer, id };
    for (const { type, payload } of this.#waiting ?? [])
      writer.bytes(type, id, payload);
    this.#waiting = undefined;
  }
  deliver(type, payload) {
    if (this.#over)
      return;
    const last = type === Frame.End || type === Frame.Abort || type === Frame.Response && !hasBody(payload);
    if (type === Frame.Response)
      clearTimeout(this.#limit);
    if (type === Frame.Abort)
      this.failed = true;
    this.#asker.frame(type, payload);
    if (last)
      this.#end(false);
  }
  fail(code, message) {
    if (this.#over)
      return;
    this.failed = true;
    this.#asker.frame(Frame.Abort, Buffer.from(JSON.stringify({ code, message })));
    this.#end(false);
  }
  #keep(type, payload) {
    if (type === Frame.Data)
      this.#waitingBytes += payload.length;
    if (this.#waitingBytes > WINDOW)
      throw new Violation("DATA exceeds its stream's credit");
    this.#waiting?.push({ type, payload: Buffer.from(payload) });
  }
  #end(byClient) {
    this.#over = true;
    clearTimeout(this.#limit);
    this.#waiting = undefined;
    this.#asker.over();
    this.whenOver(byClient);
  }
}
function hasBody(head) {
  return JSON.parse(head.toString()).body;
}

// src/sockets/accept.ts
var HANDSHAKE = [
  "connection",
  "content-length",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "transfer-encoding",
  "upgrade"
];
var PROTOCOL2 = "sec-websocket-protocol";
function acceptOf(exchange, kind, headers) {
  for (const name of HANDSHAKE)
    headers.delete(name);
  if (!headers.has(PROTOCOL2))
    chooseProtocol(exchange, headers);
  const flat = flatHeaders(headers);
  if (exchange.cookies !== undefined)
    addCookies(flat, exchange.cookies);
  const { maxPayload, idleTimeout, sendPings } = kind;
  return { headers: flat, maxPayload, idleTimeout, sendPings };
}
function chooseProtocol({ head }, headers) {
  const at = head.headers.findIndex((text, index) => index % 2 === 0 && text === PROTOCOL2);
  const first = at < 0 ? "" : head.headers[at + 1]?.split(",")[0]?.trim();
  if (first)
    headers.set(PROTOCOL2, first);
}

// src/sockets/handlers.ts
function callHandler(kind, log, name, socket, args) {
  const { handler, plugin } = kind;
  const tell = (which, error) => log.write(plugin, "error", `websocket.${which} failed: ${formatArgs([error])}`);
  const attempt = (which, handle, given) => {
    const result = handle?.apply(handler, given);
    if (result instanceof Promise)
      result.catch((error) => tell(which, error));
  };
  try {
    attempt(name, handler[name], [socket, ...args]);
  } catch (thrown) {
    if (handler.error === undefined)
      return tell(name, thrown);
    try {
      attempt("error", handler.error, [asError(thrown), socket]);
    } catch (error) {
      tell(name, thrown);
      tell("error", error);
    }
  }
}
function asError(thrown) {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

// src/sockets/inbox.ts
class Inbox {
  #window = new ReceiveWindow;
  #max;
  #handle;
  #giveCredit;
  #pieces = [];
  #type;
  #size = 0;
  #held = [];
  #paused = false;
  constructor(max, handle, giveCredit) {
    this.#max = max;
    this.#handle = handle;
    this.#giveCredit = giveCredit;
  }
  get paused() {
    return this.#paused;
  }
  receive(type, payload) {
    this.#window.receive(payload.length);
    const { length } = payload;
    if (type === Frame.WsPing || type === Frame.WsPong)
      return this.#arrived({ type, bytes: copied(payload) }, length);
    if (type !== Frame.WsText && type !== Frame.WsBinary)
      throw new Violation(`${typeName(type)} for a WebSocket`);
    if (this.#type !== undefined && this.#type !== type)
      throw new Violation("a message of two types");
    this.#size += length - 1;
    if (this.#size > this.#max)
      throw new Violation(`a message of more than ${this.#max} bytes`);
    this.#pieces.push(copied(payload));
    this.#type = type;
    if (payload[0] === 1)
      this.#arrived({ type, bytes: this.#whole() }, length);
    else
      this.#taken(length);
  }
  pause() {
    this.#paused = true;
  }
  resume() {
    this.#paused = false;
    while (!this.#paused) {
      const held = this.#held.shift();
      if (held === undefined)
        return;
      this.#handle(held.message);
      this.#taken(held.credit);
    }
  }
  #arrived(message, credit) {
    if (this.#paused || this.#held.length > 0) {
      this.#held.push({ message, credit });
      return;
    }
    this.#handle(message);
    this.#taken(credit);
  }
  #whole() {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#size = 0;
    this.#type = undefined;
    if (pieces.length === 1)
      return pieces[0];
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
  #taken(bytes) {
    const credit = this.#window.take(bytes);
    if (credit > 0)
      this.#giveCredit(credit);
  }
}
function copied(payload) {
  return new Uint8Array(payload.subarray(1));
}

// src/sockets/outbox.ts
var LAST = "\x01";
var encoder2 = new TextEncoder;

class Outbox {
  #id;
  #writer;
  #window = new SendWindow;
  #queue = [];
  #buffered = 0;
  #emptied;
  constructor(id, writer, emptied) {
    this.#id = id;
    this.#writer = writer;
    this.#emptied = emptied;
  }
  get empty() {
    return this.#queue.length === 0;
  }
  get buffered() {
    return this.#buffered;
  }
  send({ type, size, content }) {
    if (this.#queue.length === 0 && size < this.#window.available && size <= PIECE_MAX && !(content instanceof Blob)) {
      this.#window.spend(size + 1);
      if (typeof content === "string")
        this.#writer.text(type, this.#id, LAST + content);
      else
        this.#writer.piece(type, this.#id, 1, content);
      return true;
    }
    const waiting = { type, bytes: owned(content), at: 0, size };
    this.#queue.push(waiting);
    this.#buffered += size;
    if (waiting.bytes instanceof Blob)
      this.#read(waiting, waiting.bytes);
    this.#pump();
    return this.empty;
  }
  grant(count) {
    this.#window.grant(count);
    if (this.empty)
      return;
    this.#pump();
    if (this.empty)
      this.#emptied();
  }
  clear() {
    this.#queue = [];
    this.#buffered = 0;
  }
  #pump() {
    for (let first = this.#queue[0];first !== undefined; first = this.#queue[0]) {
      if (first.bytes instanceof Blob || !this.#sendPieces(first, first.bytes))
        return;
      this.#queue.shift();
    }
  }
  #sendPieces(message, bytes) {
    for (;; ) {
      const rest = message.size - message.at;
      const room = Math.min(this.#window.available - 1, PIECE_MAX);
      if (room < 0 || room === 0 && rest > 0)
        return false;
      const count = Math.min(rest, room);
      this.#window.spend(count + 1);
      const piece = bytes.subarray(message.at, message.at + count);
      this.#writer.piece(message.type, this.#id, count === rest ? 1 : 0, piece);
      message.at += count;
      this.#buffered -= count;
      if (count === rest)
        return true;
    }
  }
  async#read(message, blob) {
    const bytes = await blob.bytes().catch(() => {
      return;
    });
    const at = this.#queue.indexOf(message);
    if (at < 0)
      return;
    if (bytes?.length === message.size)
      message.bytes = bytes;
    else {
      this.#queue.splice(at, 1);
      this.#buffered -= message.size;
    }
    this.#pump();
    if (this.empty)
      this.#emptied();
  }
}
function owned(content) {
  if (typeof content === "string")
    return encoder2.encode(content);
  return content instanceof Blob ? content : Uint8Array.prototype.slice.call(content);
}

// src/sockets/payload.ts
var SHORT2 = PIECE_MAX / 3;
var encoder3 = new TextEncoder;
function outgoing(method, data, kind) {
  if (kind === "text" && typeof data !== "string")
    throw new TypeError(`${method} expects a string`);
  if (kind === "binary" && !isBinary(data))
    throw new TypeError(`${method} expects a Blob or BufferSource`);
  if (data === undefined || data === null)
    throw new TypeError(`${method} requires a message`);
  if (!isBinary(data))
    return fromText(String(data));
  const content = data instanceof Blob ? data : bytesOf(data);
  return { type: Frame.WsBinary, size: data instanceof Blob ? data.size : content.length, content };
}
function control(type, method, data = "") {
  const { size, content } = outgoing(method, data);
  if (size > CONTROL_MAX)
    throw new RangeError(`${method} takes at most ${CONTROL_MAX} bytes, not ${size}`);
  return { type, size, content };
}
function fromText(text) {
  if (text.length <= SHORT2)
    return { type: Frame.WsText, size: Buffer.byteLength(text), content: text };
  const content = encoder3.encode(text);
  return { type: Frame.WsText, size: content.length, content };
}
function isBinary(data) {
  return data instanceof ArrayBuffer || data instanceof SharedArrayBuffer || ArrayBuffer.isView(data) || data instanceof Blob;
}
function bytesOf(data) {
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
function asBinaryType(bytes, type) {
  return views[type](bytes);
}
var views = {
  nodebuffer: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  arraybuffer: (bytes) => bytes.buffer,
  uint8array: (bytes) => bytes,
  blob: (bytes) => new Blob([bytes])
};
function isBinaryType(value) {
  return typeof value === "string" && Object.hasOwn(views, value);
}

// src/sockets/link.ts
var LOST = 1006;

class Link {
  id;
  kind;
  outbox;
  inbox;
  socket;
  #host;
  #waiting = false;
  #closing;
  #closeSent = false;
  #open = true;
  constructor(id, kind, host) {
    this.id = id;
    this.kind = kind;
    this.#host = host;
    this.outbox = new Outbox(id, host.writer, () => this.#emptied());
    this.inbox = new Inbox(kind.maxPayload, (message) => this.#handle(message), (bytes) => this.#giveCredit(bytes));
  }
  get open() {
    return this.#open;
  }
  deliver(message) {
    if (!this.#open)
      return 0;
    const { backpressureLimit, closeOnBackpressureLimit } = this.kind;
    if (backpressureLimit > 0 && this.outbox.buffered > backpressureLimit) {
      if (closeOnBackpressureLimit)
        this.cut();
      return 0;
    }
    if (this.outbox.send(message))
      return message.size;
    this.#waiting = true;
    return -1;
  }
  close(reason) {
    if (!this.#open)
      return;
    this.#shut();
    this.#closing = reason;
    if (this.outbox.empty)
      this.#sendClose(reason);
  }
  cut() {
    if (this.#open)
      this.outbox.clear();
    this.close({ code: LOST, reason: "" });
  }
  receive(type, payload) {
    if (type === Frame.Credit)
      return this.outbox.grant(payload.readUInt32BE(0));
    if (type === Frame.WsClose)
      return this.#closed(parseClose(payload));
    if (this.#open)
      this.inbox.receive(type, payload);
  }
  aborted() {
    this.#end({ code: LOST, reason: "" });
  }
  call(name, ...args) {
    callHandler(this.kind, this.#host.log, name, this.socket, args);
  }
  #handle({ type, bytes }) {
    if (type === Frame.WsText)
      return this.call("message", Buffer.from(bytes.buffer).toString());
    const data = asBinaryType(bytes, this.socket.binaryType ?? "nodebuffer");
    this.call(type === Frame.WsPing ? "ping" : type === Frame.WsPong ? "pong" : "message", data);
  }
  #emptied() {
    if (this.#closing !== undefined)
      return this.#sendClose(this.#closing);
    if (!this.#waiting)
      return;
    this.#waiting = false;
    this.call("drain");
  }
  #giveCredit(bytes) {
    if (this.#open)
      this.#host.writer.number(Frame.Credit, this.id, bytes);
  }
  #sendClose(reason) {
    if (this.#closeSent)
      return;
    this.#closeSent = true;
    this.#host.writer.json(Frame.WsClose, this.id, reason);
  }
  #closed(reason) {
    this.#sendClose(reason);
    this.#end(reason);
  }
  #end(reason) {
    const own = this.#closing;
    this.outbox.clear();
    this.#shut();
    if (own === undefined)
      this.inbox.resume();
    this.#host.over(this);
    const { code, reason: words } = own ?? reason;
    this.call("close", code, words);
  }
  #shut() {
    if (!this.#open)
      return;
    this.#open = false;
    this.#host.closed(this);
  }
}

// src/sockets/socket.ts
var NO_CODE = 1005;
var NORMAL = 1000;
var REASON_MAX = 123;

class Socket {
  data;
  #link;
  #topics;
  remoteAddress;
  #binaryType = "nodebuffer";
  constructor(link, topics, peer, data) {
    this.#link = link;
    this.#topics = topics;
    this.remoteAddress = peer;
    this.data = data;
  }
  get readyState() {
    return this.#link.open ? 1 : 3;
  }
  get binaryType() {
    return this.#binaryType;
  }
  set binaryType(type) {
    if (!isBinaryType(type))
      throw new TypeError('binaryType must be either "uint8array", "arraybuffer", "nodebuffer" or "blob"');
    this.#binaryType = type;
  }
  send(data, _compress) {
    return this.#link.deliver(outgoing("send", data));
  }
  sendText(data, _compress) {
    return this.#link.deliver(outgoing("sendText", data, "text"));
  }
  sendBinary(data, _compress) {
    return this.#link.deliver(outgoing("sendBinary", data, "binary"));
  }
  ping(data) {
    return this.#link.deliver(control(Frame.WsPing, "ping", data));
  }
  pong(data) {
    return this.#link.deliver(control(Frame.WsPong, "pong", data));
  }
  close(code = NORMAL, reason = "") {
    this.#link.close({ code: closeCode(code), reason: shortened(String(reason)) });
  }
  terminate() {
    this.#link.cut();
  }
  publish(topic, data, _compress) {
    return this.#publish("publish", topic, data);
  }
  publishText(topic, data, _compress) {
    return this.#publish("publishText", topic, data, "text");
  }
  publishBinary(topic, data, _compress) {
    return this.#publish("publishBinary", topic, data, "binary");
  }
  subscribe(topic) {
    if (!this.#link.open)
      return false;
    this.#topics.add(topic, this.#link);
    return true;
  }
  unsubscribe(topic) {
    return this.#topics.remove(topic, this.#link);
  }
  isSubscribed(topic) {
    return this.subscriptions.includes(topic);
  }
  get subscriptions() {
    return this.#topics.of(this.#link);
  }
  cork(callback) {
    return callback(this);
  }
  getBufferedAmount() {
    return this.#link.outbox.buffered;
  }
  pause() {
    if (this.#link.open)
      this.#link.inbox.pause();
  }
  resume() {
    this.#link.inbox.resume();
  }
  get isPaused() {
    return this.#link.open && this.#link.inbox.paused;
  }
  #publish(method, topic, data, kind) {
    const but = this.#link.kind.publishToSelf ? undefined : this.#link;
    return this.#topics.publish(method, topic, data, but, kind);
  }
}
function closeCode(code) {
  if (code === 0 || code === NO_CODE || code === LOST)
    return NO_CODE;
  const allowed = code >= 1000 && code <= 1014 && code !== 1004 || code >= 3000 && code <= 4999;
  if (allowed && Number.isInteger(code))
    return code;
  throw new RangeError(`close takes a code that may be sent: 1000 to 1014 but 1004, or 3000 to 4999, not ${code}`);
}
function shortened(reason) {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_MAX)
    return reason;
  let end = REASON_MAX;
  while (((bytes[end] ?? 0) & 192) === 128)
    end -= 1;
  return bytes.toString("utf8", 0, end);
}

// src/sockets/topics.ts
class Topics {
  #subscribers = new Map;
  #topics = new Map;
  publish(method, topic, data, but, kind) {
    requireTopic(method, topic);
    const message = outgoing(method, data, kind);
    const sent = [...this.#subscribers.get(topic) ?? []].filter((subscriber) => subscriber !== but).map((subscriber) => subscriber.deliver(message));
    if (sent.length === 0 || sent.includes(0))
      return 0;
    return sent.includes(-1) ? -1 : message.size;
  }
  add(topic, subscriber) {
    requireTopic("subscribe", topic);
    into(this.#subscribers, topic, subscriber);
    into(this.#topics, subscriber, topic);
  }
  remove(topic, subscriber) {
    outOf(this.#topics, subscriber, topic);
    return outOf(this.#subscribers, topic, subscriber);
  }
  leave(subscriber) {
    for (const topic of this.of(subscriber))
      this.remove(topic, subscriber);
  }
  of(subscriber) {
    return [...this.#topics.get(subscriber) ?? []];
  }
  count(topic) {
    return this.#subscribers.get(topic)?.size ?? 0;
  }
}
function into(sets, key, value) {
  const set = sets.get(key);
  if (set === undefined)
    sets.set(key, new Set([value]));
  else
    set.add(value);
}
function outOf(sets, key, value) {
  const set = sets.get(key);
  const was = set?.delete(value) ?? false;
  if (set?.size === 0)
    sets.delete(key);
  return was;
}
function requireTopic(method, topic) {
  if (typeof topic !== "string" || topic === "")
    throw new TypeError(`${method} requires a non-empty topic name`);
}

// src/sockets/sockets.ts
class Sockets {
  writer;
  log;
  topics = new Topics;
  #streams;
  #kindOf;
  #count = 0;
  constructor(writer, log, streams, kindOf) {
    this.writer = writer;
    this.log = log;
    this.#streams = streams;
    this.#kindOf = kindOf;
  }
  get count() {
    return this.#count;
  }
  upgrade(exchange, { headers, data }) {
    const kind = this.#kindOf(exchange.head.plugin);
    if (kind === undefined)
      throw new Error("server.upgrade needs websocket: give the PluginImpl websocket: { message(ws, message) {} }");
    if (!exchange.upgradable)
      return false;
    exchange.accept(acceptOf(exchange, kind, new Headers(headers)));
    const link = new Link(exchange.id, kind, this);
    link.socket = new Socket(link, this.topics, exchange.client.peer, data);
    this.#streams.add(link.id, link);
    this.#count += 1;
    link.call("open");
    return true;
  }
  closed(link) {
    this.topics.leave(link);
  }
  over(link) {
    this.#streams.release(link.id);
    this.#count -= 1;
  }
}

// src/intake.ts
class Intake {
  server;
  #group;
  #writer;
  #log;
  #streams = new Streams;
  #held = [];
  constructor(group, spec, writer, log) {
    this.#group = group;
    this.#writer = writer;
    this.#log = log;
    const sockets = new Sockets(writer, log, this.#streams, (plugin) => group.at(plugin)?.sockets);
    this.server = new Server(spec, sockets, () => this.#pending());
  }
  frame(type, id, payload) {
    switch (type) {
      case Frame.Request:
        return this.#request(id, payload);
      case Frame.OnRequest:
        return this.#onRequest(id, payload);
      case Frame.OnResponse:
        return this.#onResponse(id, payload);
      case Frame.Abort:
        return this.#streams.get(id)?.aborted(parseAbort(payload));
      default:
        if (id === 0)
          throw new Violation(`frame ${typeName(type)} is not the runtime's to send`);
        return this.#streams.get(id)?.receive(type, payload);
    }
  }
  chunkEnd() {
    if (this.#held.length === 0)
      return;
    const held = this.#held;
    this.#held = [];
    for (const exchange of held)
      if (!exchange.over)
        this.#serve(exchange);
  }
  #request(id, payload) {
    const head = parseRequest(payload, this.#group.specs.length);
    const plugin = this.#group.at(head.plugin);
    if (plugin?.serverless)
      return this.#toPool(plugin.serverless, id, head, payload);
    const replay = Boolean(plugin?.impl.server?.fetch && plugin.impl.routes);
    const exchange = new Exchange(id, head, replay, this.#writer, this.#streams.release);
    this.#streams.add(id, exchange);
    if (head.body)
      this.#held.push(exchange);
    else
      this.#serve(exchange);
  }
  #serve(exchange) {
    const plugin = this.#group.at(exchange.head.plugin);
    if (plugin === undefined)
      exchange.sendAbort();
    else
      serve(plugin.name, exchange, this.#log, () => answer(plugin, exchange, this.server));
  }
  #toPool(plugin, id, head, payload) {
    const pooled = new PooledStream(payload, () => labelOf(head), {
      frame: (type, bytes) => this.#writer.bytes(type, id, bytes),
      over: () => this.#streams.release(id)
    });
    this.#streams.add(id, pooled);
    plugin.open(pooled);
  }
  #onRequest(id, payload) {
    const hook = parseOnRequest(payload, this.#group.specs.length);
    const exchange = new Exchange(id, { ...hook, upgrade: false }, false, this.#writer, this.#streams.release, true);
    this.#hook("onRequest", exchange, (plugin) => askOnRequest(plugin, exchange, hook.app));
  }
  #onResponse(id, payload) {
    const hook = parseOnResponse(payload, this.#group.specs.length);
    const exchange = new ResponseExchange(id, hook, this.#writer, this.#streams.release);
    this.#hook("onResponse", exchange, (plugin) => askOnResponse(plugin, exchange, hook));
  }
  #hook(what, exchange, ask) {
    this.#streams.add(exchange.id, exchange);
    const plugin = this.#group.at(exchange.head.plugin);
    if (plugin === undefined)
      exchange.sendAbort();
    else
      serve(plugin.name, exchange, this.#log, () => ask(plugin), what);
  }
  #pending() {
    let count = 0;
    for (const stream of this.#streams.values())
      if (isRequest(stream))
        count += 1;
    return count;
  }
}
function isRequest(stream) {
  return stream instanceof PooledStream || stream instanceof Exchange && !stream.hook;
}

// src/plugins/context.ts
function contextFor(spec, init, log, pool, provided) {
  const logger = log.logger(spec.name);
  const declared = new Set(spec.dependencies.map((dependency) => dependency.name));
  const warned = new Set;
  return {
    config: spec.config,
    globalConfig: structuredClone(init.globalConfig),
    runtime: { ...init.runtime },
    logger,
    dataDir: spec.dataDir,
    auth: { identity: (request) => request.headers.get("x-identity") },
    pool,
    getPlugin(name) {
      if (declared.has(name))
        return provided(name);
      if (!warned.has(name) && warned.size < 100) {
        warned.add(name);
        logger.warn(`getPlugin("${name}"): name it under dependencies or optionalDependencies in manifest.yaml; without that it is undefined`);
      }
      return;
    }
  };
}

// src/serverless/counts.ts
function sumOf(all) {
  const sum = { totalRequests: 0, failedRequests: 0, created: 0, ended: 0 };
  for (const counts of all) {
    for (const name of Object.keys(sum))
      sum[name] += counts[name];
  }
  return sum;
}

// src/serverless/folder.ts
import { existsSync as existsSync3, realpathSync as realpathSync2, statSync } from "fs";
import { isAbsolute, join as join2, resolve, sep } from "path";
var ENTRIES = ["index.ts", "index.js"];
function appFolder({ root, dataDir }, dir) {
  const path = isAbsolute(dir) ? dir : resolve(root, dir);
  if (!existsSync3(path) || !statSync(path).isDirectory())
    throw new Error(`ctx.pool.fetch: there is no folder ${dir}`);
  const real = realpathSync2(path);
  const homes = [root, dataDir].filter((home) => home !== null && existsSync3(home)).map((home) => realpathSync2(home));
  if (!homes.some((home) => real === home || real.startsWith(home + sep))) {
    throw new Error(`ctx.pool.fetch: ${dir} lies neither in the plugin's package nor in its dataDir`);
  }
  const entry = ENTRIES.find((name) => existsSync3(join2(real, name)));
  if (entry === undefined)
    throw new Error(`ctx.pool.fetch: ${dir} has neither ${ENTRIES.join(" nor ")}`);
  const module = realpathSync2(join2(real, entry));
  if (!homes.some((home) => module.startsWith(home + sep))) {
    throw new Error(`ctx.pool.fetch: ${dir}/${entry} is a link that leaves the plugin's package and dataDir`);
  }
  return { root: real, entry };
}

// src/serverless/limits.ts
var CONCURRENT = 64;
var TERMINATE_MS = 1000;

class Limits {
  startMs;
  fresh;
  timeoutMs;
  workers;
  terminateMs = TERMINATE_MS;
  concurrent;
  #ttlMs;
  #idleMs;
  #requests;
  constructor(workers, startMs) {
    this.startMs = startMs;
    this.fresh = workers.ttlMs === 0;
    this.timeoutMs = workers.timeoutMs;
    this.workers = Math.max(1, workers.max);
    this.concurrent = this.fresh ? 1 : CONCURRENT;
    this.#ttlMs = this.fresh ? Number.POSITIVE_INFINITY : workers.ttlMs;
    this.#idleMs = workers.idleTimeoutMs;
    this.#requests = this.fresh ? 1 : Math.max(1, workers.maxRequests);
  }
  choose(threads) {
    const free = [...threads].filter((thread) => this.#hasRoom(thread));
    const young = free.filter((thread) => !this.isOverdue(thread));
    const lent = threads.size < this.workers ? [] : free.filter((thread) => !this.isExpired(thread));
    const eligible = young.length > 0 ? young : lent;
    return eligible.sort((a, b) => a.streams.size - b.streams.size)[0];
  }
  wantsMore(threads, waiting, warm) {
    if (threads.size >= this.workers)
      return false;
    const starting = [...threads].filter(({ state }) => state === "starting").length;
    const spare = warm && this.choose(threads) === undefined ? 1 : 0;
    return starting < Math.ceil(waiting / this.concurrent) + spare;
  }
  isOverdue(thread) {
    return this.#hasServed(thread, 1);
  }
  isExpired(thread) {
    return !this.fresh && this.#hasServed(thread, 2);
  }
  keptMs(thread) {
    return Math.min(this.#idleMs, Math.max(0, thread.made + this.#ttlMs - performance.now()));
  }
  #hasServed(thread, times) {
    return thread.requests >= times * this.#requests || performance.now() - thread.made >= times * this.#ttlMs;
  }
  #hasRoom(thread) {
    return thread.state === "ready" && thread.streams.size < this.concurrent && !(this.fresh && thread.requests > 0);
  }
}

// src/serverless/pool-error.ts
class PoolError extends Error {
  code;
  name = "PoolError";
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// src/serverless/upload.ts
class Upload {
  #stream;
  #window = new SendWindow;
  constructor(stream) {
    this.#stream = stream;
  }
  grant(payload) {
    this.#window.grant(payload.readUInt32BE(0));
  }
  release() {
    this.#window.release();
  }
  async send(body, max) {
    let total = 0;
    for await (const chunk of body) {
      if (this.#stream.over)
        return true;
      total += chunk.length;
      if (total > max)
        return false;
      await this.#sendChunk(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
    this.#stream.receive(Frame.End, Buffer.alloc(0));
    return true;
  }
  async#sendChunk(chunk) {
    for (let at = 0;at < chunk.length && !this.#stream.over; ) {
      const count = Math.min(chunk.length - at, this.#window.available, DATA_MAX);
      if (count === 0) {
        await this.#window.opened();
        continue;
      }
      this.#window.spend(count);
      this.#stream.receive(Frame.Data, chunk.subarray(at, at + count));
      at += count;
    }
  }
}

// src/serverless/local.ts
var { Response: Response3 } = globalThis;
function fetchFrom(pool, request, maxBody) {
  const local = new LocalRequest(request, maxBody);
  local.send(pool);
  return local.response;
}

class LocalRequest {
  #request;
  #maxBody;
  #stream;
  #sending;
  #response = Promise.withResolvers();
  #onAbort = () => this.#cancel(this.#request.signal.reason);
  #body;
  constructor(request, maxBody) {
    this.#request = request;
    this.#maxBody = maxBody;
    const head = headOf(request);
    const payload = Buffer.from(JSON.stringify(head));
    const { max } = ruleOf(Frame.Request);
    if (payload.length > max)
      throw new RangeError(`ctx.pool.fetch: the request's head is larger than ${max} bytes`);
    this.#stream = new PooledStream(payload, () => labelOf(head), this);
    this.#sending = new Upload(this.#stream);
  }
  get response() {
    return this.#response.promise;
  }
  send(pool) {
    const { signal, body, headers } = this.#request;
    if (signal.aborted)
      return this.#cancel(signal.reason);
    if (Number(headers.get("content-length")) > this.#maxBody)
      return this.#tooLarge();
    signal.addEventListener("abort", this.#onAbort);
    pool.open(this.#stream);
    if (body !== null)
      this.#upload(body);
  }
  frame(type, payload) {
    if (type === Frame.Response)
      this.#head(payload);
    else if (type === Frame.Data)
      this.#body?.receive(payload);
    else if (type === Frame.End)
      this.#body?.end();
    else if (type === Frame.Credit)
      this.#sending.grant(payload);
    else if (type === Frame.Abort)
      this.#failed(payload);
  }
  over() {
    this.#sending.release();
    this.#request.signal.removeEventListener("abort", this.#onAbort);
  }
  #head(payload) {
    const head = JSON.parse(payload.toString());
    const headers = new Headers;
    fill(headers, head.headers);
    if (head.body)
      this.#body = new IncomingBody(false, (bytes) => this.#credit(bytes));
    this.#response.resolve(new Response3(this.#body ? this.#reading(this.#body) : null, { status: head.status, headers }));
  }
  #reading(body) {
    const reader = body.open().getReader();
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (done)
          controller.close();
        else
          controller.enqueue(value);
      },
      cancel: (reason) => this.#cancel(reason)
    }, { highWaterMark: 0 });
  }
  async#upload(body) {
    try {
      if (!await this.#sending.send(body, this.#maxBody))
        this.#tooLarge();
    } catch (error) {
      this.#cancel(error);
    }
  }
  #credit(bytes) {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(bytes);
    this.#stream.receive(Frame.Credit, payload);
  }
  #failed(payload) {
    const { code, message } = JSON.parse(payload.toString());
    this.#end(new PoolError(code, message));
  }
  #tooLarge() {
    this.#response.resolve(new Response3(`The body is larger than ${this.#maxBody} bytes`, { status: 413 }));
    this.#cancel(new PoolError("BODY_TOO_LARGE", `The body is larger than ${this.#maxBody} bytes`));
  }
  #cancel(reason) {
    this.#stream.aborted(String(reason));
    this.#end(reason);
  }
  #end(reason) {
    this.#response.reject(reason);
    this.#body?.fail(reason);
  }
}
function headOf({ method, url, headers, body }) {
  return {
    plugin: 0,
    method,
    url,
    peer: "",
    port: 0,
    body: body !== null,
    upgrade: false,
    headers: [...headers].flat()
  };
}

// src/serverless/defaults.ts
var DEFAULTS = {
  timeoutMs: 30000,
  ttlMs: 0,
  idleTimeoutMs: 60000,
  maxRequests: 1000,
  max: 8,
  env: {}
};

// src/serverless/queue.ts
var MAX = 1000;

class Queue {
  #streams = [];
  get length() {
    return this.#streams.length;
  }
  add(stream, ms) {
    if (this.#streams.length >= MAX)
      return stream.fail("WORKER_UNAVAILABLE", "Too many requests wait for the plugin");
    stream.limit(ms, () => stream.fail("WORKER_UNAVAILABLE", "The plugin has been busy for too long"));
    this.#streams.push(stream);
  }
  take() {
    return this.#streams.shift();
  }
  drop(stream) {
    const at = this.#streams.indexOf(stream);
    if (at >= 0)
      this.#streams.splice(at, 1);
  }
  fail(count, code, message) {
    for (const stream of this.#streams.splice(0, count))
      stream.fail(code, message);
  }
}

// src/serverless/spawn.ts
var { Worker, MessageChannel } = globalThis;
var BRIDGE = Bun.main;
function spawn(app, env, listener) {
  const worker = new Worker(BRIDGE, { env, name: app.plugin });
  worker.addEventListener("close", () => listener.closed());
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    listener.crashed(event.message);
  });
  const { port1, port2 } = new MessageChannel;
  const port = new FramePort(port1, OUT_OF_WORKER, false, listener);
  const begin = { port: port2, app };
  worker.postMessage(begin, [port2]);
  const terminate = () => {
    port.close();
    worker.terminate();
  };
  return { port, terminate };
}

// src/serverless/timers.ts
class Timers {
  #timers = new Map;
  set(name, ms, late) {
    this.clear(name);
    if (Number.isFinite(ms))
      this.#timers.set(name, setTimeout(late, Math.min(ms, TIMER_MAX)));
  }
  has(name) {
    return this.#timers.has(name);
  }
  clear(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
  clearAll() {
    for (const name of [...this.#timers.keys()])
      this.clear(name);
  }
}

// src/serverless/thread.ts
class Thread {
  made = performance.now();
  idleSince = this.made;
  requests = 0;
  streams = new Map;
  #state = "starting";
  #app;
  #log;
  #listener;
  #worker;
  #timers = new Timers;
  #terminated = Promise.withResolvers();
  #ending;
  constructor(app, env, startMs, log, listener) {
    this.#app = app;
    this.#log = log;
    this.#listener = listener;
    this.#worker = spawn(app, env, {
      frame: (type, id, payload) => this.#frame(type, id, payload),
      message: (message) => this.#message(message),
      batchEnd: () => {},
      crashed: (message) => this.#break(message),
      closed: () => this.#closed()
    });
    this.#timers.set("start", startMs, () => this.#late(startMs));
  }
  get state() {
    return this.#state;
  }
  take(stream) {
    this.requests += 1;
    const id = this.requests;
    this.streams.set(id, stream);
    stream.assign(this.#worker.port.writer, id);
  }
  drop(stream) {
    for (const [id, held] of this.streams)
      if (held === stream)
        this.streams.delete(id);
    if (this.streams.size === 0)
      this.idleSince = performance.now();
  }
  expire(ms, expired) {
    this.#timers.set("expiry", ms, expired);
  }
  idle() {
    if (this.#state === "ready")
      this.#worker.port.post({ kind: "idle" });
  }
  check(ms) {
    if (this.#state !== "ready" || this.#timers.has("alive"))
      return;
    this.#worker.port.post({ kind: "check" });
    this.#timers.set("alive", ms, () => this.#break(`the Worker did nothing else for ${ms} ms; it was ended`));
  }
  end(limitMs) {
    if (this.#state === "starting")
      this.kill();
    if (this.#state === "ready")
      this.#ending = this.#terminate(limitMs);
    return this.#ending ?? Promise.resolve(null);
  }
  kill() {
    if (this.#state === "ended" || this.#state === "gone")
      return;
    this.#state = "ended";
    this.#timers.clearAll();
    this.#terminated.resolve(null);
    for (const stream of [...this.streams.values()])
      stream.fail("WORKER_CRASHED", "The plugin's Worker has ended");
    this.#worker.terminate();
  }
  async#terminate(limitMs) {
    this.#state = "ending";
    this.#timers.clear("expiry");
    this.#worker.port.post({ kind: "terminate" });
    const message = `onTerminate did not end within ${limitMs} ms`;
    this.#timers.set("terminate", limitMs, () => this.#terminated.resolve(message));
    const error = await this.#terminated.promise;
    this.kill();
    return error;
  }
  #frame(type, id, payload) {
    if (type !== Frame.Log)
      return this.streams.get(id)?.deliver(type, payload);
    const { level, message } = JSON.parse(payload.toString());
    this.#log.write(this.#app.plugin, level, message);
  }
  #message(message) {
    switch (message.kind) {
      case "loaded":
        this.#timers.clear("start");
        this.#state = "ready";
        return this.#listener.loaded(this, message.as);
      case "failed": {
        const { reason, message: text, position } = message.failure;
        return this.#fail(new StartFailure(reason, text, position));
      }
      case "alive":
        return this.#timers.clear("alive");
      case "terminated":
        return this.#terminated.resolve(message.error);
      case "uncaught":
        return this.#break(message.error);
    }
  }
  #late(ms) {
    const what = `the import of ${this.#app.entry} did not end within ${ms} ms: look for what it waits for`;
    this.#fail(new StartFailure("InitTimeout", what));
  }
  #fail(failure) {
    if (this.#state !== "starting")
      return;
    this.kill();
    this.#listener.failed(failure);
  }
  #break(why) {
    if (this.#state === "starting")
      return this.#fail(new StartFailure("LoadFailed", why));
    if (this.#state === "ended")
      return;
    if (this.#state !== "ending")
      this.#log.write(this.#app.plugin, "error", why);
    this.kill();
  }
  #closed() {
    this.#break("the Worker ended itself, as by process.exit; its requests were failed");
    this.#state = "gone";
    this.#listener.gone(this);
  }
}

// src/serverless/pool.ts
class Pool {
  app;
  counts = sumOf([]);
  threads = new Set;
  queue = new Queue;
  #limits;
  #env;
  #log;
  #trial;
  #closing = false;
  #warm = false;
  constructor(app, limits, env, log) {
    this.app = app;
    this.#limits = limits;
    this.#env = env;
    this.#log = log;
  }
  trial() {
    const trial = Promise.withResolvers();
    this.#trial = trial;
    this.#start();
    return trial.promise;
  }
  open(stream) {
    this.counts.totalRequests += 1;
    stream.whenOver = () => {
      this.queue.drop(stream);
      this.#count(stream);
    };
    if (this.#closing)
      return stream.fail("WORKER_CRASHED", "The plugin has ended");
    this.#warm = this.#limits.fresh;
    this.queue.add(stream, this.#limits.timeoutMs);
    this.#pump();
  }
  async close() {
    this.#closing = true;
    this.queue.fail(this.queue.length, "WORKER_CRASHED", "The plugin has ended");
    const errors = await Promise.all([...this.threads].map((thread) => thread.end(Number.POSITIVE_INFINITY)));
    return errors.filter((error) => error !== null);
  }
  loaded(thread, as) {
    this.#trial?.resolve(as);
    this.#trial = undefined;
    if (as === "persistent")
      return thread.kill();
    this.#keep(thread);
    this.#pump();
  }
  failed(failure) {
    this.#warm = false;
    if (this.#trial)
      return this.#trial.reject(failure);
    const where = failure.position ?? this.app.entry;
    this.#log.write(this.app.plugin, "error", `a new Worker did not start: ${where}: ${failure.message}`);
    this.queue.fail(1, "PLUGIN_ERROR", "The plugin failed to load");
  }
  gone(thread) {
    this.threads.delete(thread);
    this.counts.ended += 1;
    this.#pump();
  }
  #pump() {
    if (this.#closing)
      return;
    while (this.queue.length > 0) {
      const thread = this.#limits.choose(this.threads);
      if (thread === undefined) {
        this.#makeRoom();
        break;
      }
      this.#give(this.queue.take(), thread);
    }
    while (this.#limits.wantsMore(this.threads, this.queue.length, this.#warm))
      this.#start();
  }
  #makeRoom() {
    for (const thread of this.threads) {
      if (thread.state === "ready" && this.#limits.isExpired(thread))
        this.#end(thread);
    }
  }
  #start() {
    this.counts.created += 1;
    try {
      this.threads.add(new Thread(this.app, this.#env, this.#limits.startMs, this.#log, this));
    } catch (error) {
      this.counts.ended += 1;
      this.failed(new StartFailure("LoadFailed", `there can be no more threads: ${error}`));
    }
  }
  #give(stream, thread) {
    thread.expire(Number.POSITIVE_INFINITY, () => {});
    stream.whenOver = (byClient) => this.#answered(stream, thread, byClient);
    stream.limit(this.#limits.timeoutMs, () => this.#late(stream, thread));
    thread.take(stream);
  }
  #answered(stream, thread, byClient) {
    thread.drop(stream);
    this.#count(stream);
    if (thread.state !== "ready")
      return;
    if (byClient)
      thread.check(this.#limits.timeoutMs);
    if (thread.streams.size === 0)
      this.#unused(thread);
    this.#pump();
  }
  #count(stream) {
    if (stream.failed)
      this.counts.failedRequests += 1;
  }
  #late(stream, thread) {
    const limit = `${this.#limits.timeoutMs} ms`;
    this.#log.write(this.app.plugin, "error", `${stream.label()}: no response within ${limit}; its Worker was ended`);
    stream.fail("WORKER_TIMEOUT", `The plugin did not answer within ${limit}`);
    thread.kill();
  }
  #unused(thread) {
    if (this.#limits.isOverdue(thread))
      return void this.#end(thread);
    thread.idle();
    this.#keep(thread);
  }
  #keep(thread) {
    thread.expire(this.#limits.keptMs(thread), () => {
      this.#warm = false;
      this.#end(thread);
    });
  }
  async#end(thread) {
    const error = await thread.end(this.#limits.terminateMs);
    if (error !== null)
      this.#log.write(this.app.plugin, "error", `onTerminate failed: ${error}`);
  }
}

// src/serverless/plugin.ts
var inherited = definedOf(process.env);
function environment(more, dataDir) {
  return { ...inherited, ...more, ...dataDir === null ? {} : { DAVIT_DATA_DIR: dataDir } };
}

class ServerlessPlugin {
  #pool;
  constructor(pool) {
    this.#pool = pool;
  }
  open(stream) {
    this.#pool.open(stream);
  }
  async shutDown() {
    const [error] = await this.#pool.close();
    if (error !== undefined)
      throw new Error(`onTerminate failed: ${error}`);
  }
}
async function startServerless(spec, log) {
  const { name, root, entry, base, mode, workers } = spec;
  if (mode === "persistent")
    return;
  const app = { plugin: name, root, entry, base: base ?? "", mode };
  const env = environment(workers?.env ?? {}, spec.dataDir);
  const pool = new Pool(app, new Limits(workers ?? DEFAULTS, spec.initTimeoutMs), env, log);
  if (await pool.trial() === "persistent")
    return;
  if (base !== null)
    return new ServerlessPlugin(pool);
  await pool.close();
  const message = `${entry} serves requests but manifest.yaml has no base to serve them under: write \`base: /my-plugin\``;
  throw new StartFailure("RoutesWithoutBase", message);
}
function definedOf(env) {
  return Object.fromEntries(Object.entries(env).filter((entry) => entry[1] !== undefined));
}

// src/serverless/settings.ts
var MAX_BODY_DEFAULT = 10 * 1024 * 1024;
var MAX_BODY = 100 * 1024 * 1024;
var MAX_MS = 24 * 60 * 60 * 1000;
var KNOWN = ["timeout", "ttl", "idleTimeout", "maxRequests", "maxBodySize", "env"];
var TIME = { ms: 1, "": 1000, s: 1000, m: 60000, h: 3600000 };
var SIZE = {
  "": 1,
  B: 1,
  ...powers(1024, ["Ki", "Mi", "Gi"]),
  ...powers(1024, ["KiB", "MiB", "GiB"]),
  ...powers(1000, ["k", "M", "G"]),
  ...powers(1000, ["K"]),
  ...powers(1000, ["kB", "MB", "GB"]),
  ...powers(1000, ["KB"])
};
function settingsOf(config) {
  const values = config ?? {};
  const unknown = Object.keys(values).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`ctx.pool.fetch: config has "${unknown}"; it knows ${KNOWN.join(", ")}`);
  const time = (key, least, otherwise) => quantity(key, values[key], TIME, '30, "500ms", "30s", "5m" or "1h"', least, MAX_MS) ?? otherwise;
  return {
    workers: {
      timeoutMs: time("timeout", 1, DEFAULTS.timeoutMs),
      ttlMs: time("ttl", 0, DEFAULTS.ttlMs),
      idleTimeoutMs: time("idleTimeout", 1, DEFAULTS.idleTimeoutMs),
      maxRequests: quantity("maxRequests", values["maxRequests"], { "": 1 }, "1000", 1, 1e6) ?? DEFAULTS.maxRequests,
      max: DEFAULTS.max,
      env: environmentOf(values["env"])
    },
    maxBodySize: quantity("maxBodySize", values["maxBodySize"], SIZE, '"10Mi"', 0, MAX_BODY) ?? MAX_BODY_DEFAULT
  };
}
function quantity(key, value, units, example, least, most) {
  if (value === undefined)
    return;
  const [, number, unit] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(value)) ?? [];
  const scale = unit === undefined ? undefined : units[unit];
  const result = scale === undefined ? Number.NaN : Math.round(Number(number) * scale);
  if (result >= least && result <= most)
    return result;
  throw new RangeError(`ctx.pool.fetch: ${key} is ${Bun.inspect(value)}: write e.g. ${example}, from ${least} to ${most}`);
}
function environmentOf(env) {
  if (env === undefined)
    return {};
  const entries = typeof env === "object" && env !== null ? Object.entries(env) : undefined;
  if (entries?.every(([, value]) => typeof value === "string"))
    return Object.fromEntries(entries);
  throw new TypeError("ctx.pool.fetch: env is an object of names and texts");
}
function powers(base, units) {
  return Object.fromEntries(units.map((unit, at) => [unit, base ** (at + 1)]));
}

// src/serverless/stats.ts
function metricsOf(pools, past) {
  const threads = pools.flatMap((pool) => [...pool.threads]);
  return {
    activeWorkers: threads.filter(({ streams }) => streams.size > 0).length,
    idleWorkers: threads.filter(({ state, streams }) => state === "ready" && streams.size === 0).length,
    queued: pools.reduce((sum, { queue }) => sum + queue.length, 0),
    ...sumOf([...past, ...pools.map(({ counts }) => counts)])
  };
}
function statsOf(pool) {
  return [...pool.threads].map((thread) => ({
    dir: pool.app.root,
    state: stateOf(thread),
    requests: thread.requests,
    ageMs: Math.round(performance.now() - thread.made),
    idleMs: thread.streams.size > 0 ? 0 : Math.round(performance.now() - thread.idleSince)
  }));
}
function stateOf({ state, streams }) {
  if (state !== "ready")
    return state === "starting" ? "starting" : "ending";
  return streams.size > 0 ? "active" : "idle";
}

// src/serverless/apps.ts
var APPS_MAX = 64;

class Apps {
  #spec;
  #log;
  #pools = new Map;
  #past = [];
  #closed = false;
  constructor(spec, log) {
    this.#spec = spec;
    this.#log = log;
  }
  get used() {
    return this.#pools.size > 0;
  }
  contract() {
    return {
      fetch: async (dir, config, request) => this.#fetch(dir, config, request),
      getMetrics: () => metricsOf([...this.#pools.values()], this.#past),
      getWorkerStats: () => [...this.#pools.values()].flatMap(statsOf)
    };
  }
  async close() {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }
  #fetch(dir, config, request) {
    if (this.#closed)
      throw new Error("ctx.pool.fetch: the plugin is being ended");
    const { workers, maxBodySize } = settingsOf(config);
    const folder = appFolder(this.#spec, dir);
    const key = JSON.stringify([folder.root, workers]);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      this.#makeRoom();
      const { name, dataDir, initTimeoutMs } = this.#spec;
      const app = { plugin: name, ...folder, base: "", mode: "serverless" };
      pool = new Pool(app, new Limits(workers, initTimeoutMs), environment(workers.env, dataDir), this.#log);
      this.#pools.set(key, pool);
    }
    return fetchFrom(pool, request, maxBodySize);
  }
  #makeRoom() {
    if (this.#pools.size < APPS_MAX)
      return;
    for (const [key, pool] of this.#pools) {
      if (pool.threads.size > 0 || pool.queue.length > 0)
        continue;
      this.#pools.delete(key);
      this.#past.splice(0, this.#past.length, sumOf([...this.#past, pool.counts]));
    }
    if (this.#pools.size < APPS_MAX)
      return;
    throw new Error(`ctx.pool.fetch: ${APPS_MAX} apps have Workers already; shorten their idleTimeout`);
  }
}

// src/sockets/kind.ts
var MIB = 1024 * 1024;
var U32_MAX = 4294967295;
var IDLE_MAX = 960;
var IDLE_MIN = 8;
var FUNCTIONS = ["open", "message", "close", "drain", "ping", "pong", "error"];
var BYTES2 = ["maxPayloadLength", "backpressureLimit"];
var BOOLEANS = ["sendPings", "closeOnBackpressureLimit", "publishToSelf"];
function websocketFault(websocket) {
  if (typeof websocket !== "object" || websocket === null)
    return "websocket must be an object of handlers";
  const members = websocket;
  const is = (name, type) => members[name] === undefined || typeof members[name] === type;
  const handler = FUNCTIONS.find((name) => !is(name, "function"));
  if (handler !== undefined)
    return `websocket.${handler} must be a function`;
  const flag = BOOLEANS.find((name) => !is(name, "boolean"));
  if (flag !== undefined)
    return `websocket.${flag} must be a boolean`;
  const bytes = BYTES2.find((name) => !isWhole(members[name], Number.MAX_SAFE_INTEGER));
  if (bytes !== undefined)
    return `websocket.${bytes} must be a whole number of bytes`;
  if (!isWhole(members["idleTimeout"], IDLE_MAX))
    return `websocket.idleTimeout must be a whole number of seconds from 0 to ${IDLE_MAX}`;
  return;
}
function socketKind(plugin, handler) {
  const { maxPayloadLength = 16 * MIB, backpressureLimit = 16 * MIB, idleTimeout = 120 } = handler;
  return {
    plugin,
    handler,
    maxPayload: Math.min(maxPayloadLength, U32_MAX),
    idleTimeout: idleTimeout === 0 ? 0 : Math.max(idleTimeout, IDLE_MIN),
    sendPings: handler.sendPings ?? true,
    backpressureLimit: Math.min(backpressureLimit, U32_MAX),
    closeOnBackpressureLimit: handler.closeOnBackpressureLimit ?? false,
    publishToSelf: handler.publishToSelf ?? false
  };
}
function isWhole(value, max) {
  return value === undefined || Number.isSafeInteger(value) && value >= 0 && value <= max;
}

// src/plugins/load.ts
import { existsSync as existsSync4 } from "fs";
import { join as join3 } from "path";

// src/plugins/shape.ts
var FUNCTIONS2 = ["onInit", "provides", "onShutdown", "onRequest", "onResponse", "onServerStart"];
var PURPOSES = ["routes", "server", "provides", "onInit", "onRequest", "onResponse", "onServerStart"];
function exportFault(entry, exported) {
  if (typeof exported === "function")
    return;
  if (!isObject(exported)) {
    return `${entry} must export by default a factory (config) => PluginImpl, or a PluginImpl`;
  }
  return;
}
function implFault(entry, impl) {
  if (!isObject(impl))
    return `${entry} must give a PluginImpl, not ${String(impl)}`;
  const { routes, server, websocket } = impl;
  if (typeof impl["fetch"] === "function") {
    return `${entry} gives an app where a PluginImpl belongs: return { routes: app }`;
  }
  if (isThere(routes) && !hasFetch(routes))
    return "routes must have fetch(request), as a Hono app has";
  if (isThere(websocket) && !isThere(routes) && !isThere(server)) {
    return "websocket needs routes or server, whose handlers call server.upgrade(request)";
  }
  const odd = FUNCTIONS2.find((name) => isThere(impl[name]) && typeof impl[name] !== "function");
  if (odd !== undefined)
    return `${odd} must be a function`;
  const failOpen = impl["onRequestFailOpen"];
  if (isThere(failOpen) && typeof failOpen !== "boolean")
    return "onRequestFailOpen must be true or false";
  if (!PURPOSES.some((name) => isThere(impl[name]))) {
    return `${entry} serves and hooks nothing: give it routes, server, onRequest, onResponse, provides, onInit or onServerStart`;
  }
  return serverFault(server) ?? (isThere(websocket) ? websocketFault(websocket) : undefined);
}
function serverFault(server) {
  if (!isThere(server))
    return;
  const routes = isObject(server) || typeof server === "function" ? server["routes"] : undefined;
  const fetch = isObject(server) || typeof server === "function" ? server["fetch"] : undefined;
  if (!isThere(routes) && typeof fetch !== "function")
    return "server must have fetch(request) or routes";
  if (isThere(fetch) && typeof fetch !== "function")
    return "server.fetch must be a function";
  return isThere(routes) ? routesFault("server.routes", routes) : undefined;
}
function serves(impl) {
  return isThere(impl.routes) || isThere(impl.server);
}
function isThere(value) {
  return value !== undefined && value !== null;
}
function isObject(value) {
  return typeof value === "object" && value !== null;
}
function hasFetch(value) {
  return (isObject(value) || typeof value === "function") && typeof value.fetch === "function";
}

// src/plugins/load.ts
async function load(spec) {
  const exported = await importEntry(spec);
  let impl;
  try {
    impl = typeof exported === "function" ? await exported(spec.config) : exported;
  } catch (thrown) {
    throw startFailure("LoadFailed", spec.root, thrown);
  }
  refuse3(implFault(spec.entry, impl));
  if (serves(impl) && spec.base === null) {
    const message = `${spec.entry} serves requests but manifest.yaml has no base to serve them under: write \`base: /my-plugin\``;
    throw new StartFailure("RoutesWithoutBase", message);
  }
  return impl;
}
async function importEntry(spec) {
  const path = join3(spec.root, spec.entry);
  if (!existsSync4(path)) {
    refuse3(`the entry ${spec.entry} is not in the package: build it, or correct pluginEntry in manifest.yaml`);
  }
  let module;
  try {
    module = await import(path);
  } catch (thrown) {
    throw startFailure("LoadFailed", spec.root, thrown);
  }
  refuse3(exportFault(spec.entry, module.default));
  return module.default;
}
function refuse3(fault) {
  if (fault !== undefined)
    throw new StartFailure("LoadFailed", fault);
}

// src/plugins/start.ts
var NO_DEFLATE = "websocket.perMessageDeflate has no effect: WebSockets are not compressed here";
async function start(spec, ctx, apps, log) {
  let stage = `the import of ${spec.entry} and its factory`;
  let late;
  const run = async () => {
    const ready = { name: spec.name, base: spec.base ?? "", apps };
    const serverless = await startServerless(spec, log);
    if (serverless)
      return { ...ready, impl: {}, router: undefined, sockets: undefined, provided: undefined, serverless };
    const impl = await load(spec);
    if (late)
      throw late;
    if (impl.websocket?.perMessageDeflate)
      log.write(spec.name, "warn", NO_DEFLATE);
    if (impl.onRequest)
      watchRequests();
    stage = "onInit";
    await initialised(spec, impl, ctx);
    if (late)
      throw late;
    return { ...ready, impl, ...handlers(spec.name, impl), provided: provided(spec, impl) };
  };
  return within(spec.initTimeoutMs, run(), () => {
    late = new StartFailure("InitTimeout", `${stage} did not end within ${spec.initTimeoutMs} ms: look for what it waits for`);
    return late;
  });
}
function handlers(name, { server, websocket }) {
  return {
    router: server?.routes ? new Router(server.routes) : undefined,
    sockets: websocket ? socketKind(name, websocket) : undefined
  };
}
async function initialised(spec, impl, ctx) {
  try {
    await impl.onInit?.(ctx);
  } catch (thrown) {
    throw startFailure("InitFailed", spec.root, thrown);
  }
}
function provided(spec, impl) {
  try {
    return impl.provides?.();
  } catch (thrown) {
    throw startFailure("InitFailed", spec.root, thrown);
  }
}

// src/plugins/group.ts
class Group {
  #init;
  #log;
  #outcomes = [];
  #ending = false;
  constructor(init, log) {
    this.#init = init;
    this.#log = log;
  }
  get specs() {
    return this.#init.plugins;
  }
  async start(report) {
    for (const spec of this.specs) {
      const outcome = await this.#startOne(spec);
      if (this.#ending)
        return;
      this.#outcomes.push(outcome);
      report(spec, outcome);
    }
  }
  at(index) {
    const outcome = this.#outcomes[index];
    return outcome !== undefined && "plugin" in outcome ? outcome.plugin : undefined;
  }
  async serverStarted(server) {
    for (const { name, impl } of this.#running()) {
      try {
        if (!this.#ending)
          await impl.onServerStart?.(server);
      } catch (error) {
        this.#log.write(name, "error", `onServerStart failed: ${formatArgs([error])}`);
      }
    }
  }
  async shutDown(timeoutMs) {
    this.#ending = true;
    const errors = [];
    const time = new SharedTime(timeoutMs);
    for (const plugin of this.#running().reverse()) {
      const end = ending(plugin);
      if (end === undefined)
        continue;
      try {
        await time.spend(end.what, end.run);
      } catch (error) {
        errors.push({
          plugin: plugin.name,
          message: error instanceof TimeUsedUp ? error.message : formatArgs([error])
        });
      }
    }
    return errors;
  }
  #running() {
    return this.#outcomes.flatMap((outcome) => ("plugin" in outcome) ? [outcome.plugin] : []);
  }
  async#startOne(spec) {
    const apps = new Apps(spec, this.#log);
    try {
      this.#requireDependencies(spec);
      const provided = (name) => this.#named(name)?.provided;
      const ctx = contextFor(spec, this.#init, this.#log, apps.contract(), provided);
      return { plugin: await start(spec, ctx, apps, this.#log) };
    } catch (error) {
      apps.close();
      if (error instanceof StartFailure)
        return { failure: error };
      throw error;
    }
  }
  #requireDependencies(spec) {
    const missing = spec.dependencies.find(({ name, required }) => required && this.#named(name) === undefined);
    if (missing === undefined)
      return;
    const outcome = this.#outcomes[this.#indexOf(missing.name)];
    const why = outcome !== undefined && "failure" in outcome ? `: ${outcome.failure.reason}` : ": it is not started before this one";
    throw new StartFailure("DependencyNotReady", `requires ${missing.name}, which is not ready${why}`);
  }
  #named(name) {
    return this.at(this.#indexOf(name));
  }
  #indexOf(name) {
    return this.specs.findIndex((spec) => spec.name === name);
  }
}
function ending({ impl, serverless, apps }) {
  if (serverless)
    return { what: "onTerminate", run: () => serverless.shutDown() };
  if (impl.onShutdown === undefined && !apps.used)
    return;
  const run = async () => {
    try {
      await impl.onShutdown?.();
    } finally {
      await apps.close();
    }
  };
  return { what: "onShutdown", run };
}

// src/wire/init.ts
var MODES = ["persistent", "serverless", "auto"];
function parseInit(payload) {
  const init = parse("INIT", payload);
  const runtime = object("INIT runtime", init["runtime"]);
  const server = object("INIT server", init["server"]);
  const global = object("INIT globalConfig", init["globalConfig"]);
  return {
    runtime: {
      api: string("INIT runtime api", runtime["api"]),
      version: string("INIT runtime version", runtime["version"])
    },
    server: {
      hostname: string("INIT server hostname", server["hostname"]),
      port: count("INIT server port", server["port"])
    },
    globalConfig: {
      poolSize: count("INIT poolSize", global["poolSize"]),
      pluginDirs: strings("INIT pluginDirs", global["pluginDirs"]),
      workerDirs: strings("INIT workerDirs", global["workerDirs"])
    },
    plugins: list("INIT plugins", init["plugins"]).map(pluginSpec)
  };
}
function pluginSpec(value) {
  const spec = object("INIT plugin", value);
  const { base, dataDir, workers } = spec;
  return {
    name: string("INIT plugin name", spec["name"]),
    version: string("INIT plugin version", spec["version"]),
    root: string("INIT plugin root", spec["root"]),
    entry: string("INIT plugin entry", spec["entry"]),
    base: base === null ? null : string("INIT plugin base", base),
    config: object("INIT plugin config", spec["config"]),
    dependencies: list("INIT plugin dependencies", spec["dependencies"]).map(dependency),
    initTimeoutMs: count("INIT plugin initTimeoutMs", spec["initTimeoutMs"]),
    mode: oneOf("INIT plugin mode", MODES, spec["mode"]),
    dataDir: dataDir === null ? null : string("INIT plugin dataDir", dataDir),
    workers: workers === null ? null : workersSpec(workers)
  };
}
function dependency(value) {
  const { name, required } = object("INIT dependency", value);
  return { name: string("INIT dependency name", name), required: boolean("INIT dependency required", required) };
}
function workersSpec(value) {
  const workers = object("INIT workers", value);
  return {
    timeoutMs: count("INIT workers timeoutMs", workers["timeoutMs"]),
    ttlMs: count("INIT workers ttlMs", workers["ttlMs"]),
    idleTimeoutMs: count("INIT workers idleTimeoutMs", workers["idleTimeoutMs"]),
    maxRequests: count("INIT workers maxRequests", workers["maxRequests"]),
    max: count("INIT workers max", workers["max"]),
    env: stringMap("INIT workers env", workers["env"])
  };
}

// src/session.ts
var exit3 = process.exit.bind(process);
var HOOKS = ["onRequest", "onResponse"];

class Session {
  log;
  #connection;
  #group;
  #intake;
  #live = false;
  #ending = false;
  constructor(connection) {
    this.#connection = connection;
    this.log = new Log(connection.writer);
  }
  get plugins() {
    return this.#group?.specs ?? [];
  }
  hello() {
    this.#connection.writer.json(Frame.Hello, 0, {
      protocol: PROTOCOL,
      engine: `bun ${Bun.version}`,
      pid: process.pid
    });
  }
  frame = (type, stream, payload) => {
    switch (type) {
      case Frame.Init:
        return this.#init(payload);
      case Frame.Ping:
        return this.#connection.writer.bytes(Frame.Pong, 0, payload);
      case Frame.Shutdown:
        return this.#shutDown(payload);
      case Frame.Live:
        return this.#goLive();
      default:
        if (this.#intake === undefined)
          throw new Violation(`frame ${typeName(type)} before INIT`);
        return this.#intake.frame(type, stream, payload);
    }
  };
  chunkEnd = () => {
    this.#intake?.chunkEnd();
  };
  #init(payload) {
    if (this.#group !== undefined)
      throw new Violation("a second INIT");
    const init = parseInit(payload);
    const group = new Group(init, this.log);
    this.#group = group;
    this.#intake = new Intake(group, init.server, this.#connection.writer, this.log);
    this.#start(group);
  }
  async#start(group) {
    await group.start((spec, outcome) => this.#connection.writer.json(Frame.Plugin, 0, report(spec, outcome)));
    if (!this.#ending)
      this.#connection.writer.json(Frame.Ready, 0, {});
  }
  #goLive() {
    if (this.#live || this.#intake === undefined)
      throw new Violation("LIVE before INIT or a second time");
    this.#live = true;
    this.#group?.serverStarted(this.#intake.server);
  }
  #shutDown(payload) {
    const timeoutMs = parseShutdown(payload);
    if (this.#ending)
      throw new Violation("a second SHUTDOWN");
    this.#ending = true;
    this.#leave(timeoutMs);
  }
  async#leave(timeoutMs) {
    const errors = await this.#group?.shutDown(timeoutMs) ?? [];
    this.#connection.writer.json(Frame.Bye, 0, { errors: fitting(errors) });
    await this.#connection.flushed();
    exit3(0);
  }
}
function report(spec, outcome) {
  if ("plugin" in outcome) {
    const { impl } = outcome.plugin;
    const hooks = HOOKS.filter((name) => impl[name]);
    return { name: spec.name, state: "ready", hooks, onRequestFailOpen: impl.onRequestFailOpen ?? false };
  }
  const { reason, message, position } = outcome.failure;
  return { name: spec.name, state: "failed", reason, message: clip(message), position };
}
function fitting(errors) {
  const short = errors.map(({ plugin, message }) => ({ plugin, message: clip(message, MESSAGE_MAX / 16) }));
  while (Buffer.byteLength(JSON.stringify(short)) > 60 * 1024)
    short.pop();
  return short;
}

// src/strays.ts
function surviveStrays(log, plugins) {
  const stray = (what) => (error) => {
    const owner = ownerOf(error, plugins());
    log.write(owner?.name ?? "", "error", `${what}: ${formatArgs([error])}`);
  };
  process.on("uncaughtException", stray("uncaught exception"));
  process.on("unhandledRejection", stray("unhandled rejection"));
}

// src/main.ts
if (Bun.isMainThread)
  await runWorker();
else
  runInside();
async function runWorker() {
  const [path] = process.argv.splice(2);
  if (path === undefined) {
    console.error("usage: bun --no-install bridge.js <socket path>");
    process.exit(2);
  }
  const connection = new Connection;
  const session = new Session(connection);
  session.hello();
  surviveStrays(session.log, () => session.plugins);
  watchResponses();
  await connection.open(path, session);
}
