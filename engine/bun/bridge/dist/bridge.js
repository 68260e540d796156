// @bun
var __require = import.meta.require;

// src/wire/frames.ts
var PROTOCOL = 1;
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
  Request: 16,
  Response: 17,
  Data: 18,
  End: 19,
  Abort: 20,
  Credit: 21
};
var HEADER = 9;
var COUNTED_HEADER = 5;
var DATA_MAX = 64 * 1024;
var WINDOW = 256 * 1024;
var CREDIT_STEP = 64 * 1024;
var KIB = 1024;
var RULES = {
  [Frame.Hello]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Init]: { min: 2, max: 16 * KIB * KIB - COUNTED_HEADER, stream: "connection" },
  [Frame.Plugin]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Ready]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Ping]: { min: 8, max: 8, stream: "connection" },
  [Frame.Pong]: { min: 8, max: 8, stream: "connection" },
  [Frame.Log]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Shutdown]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Bye]: { min: 2, max: 64 * KIB, stream: "connection" },
  [Frame.Request]: { min: 2, max: 256 * KIB, stream: "request" },
  [Frame.Response]: { min: 2, max: 256 * KIB, stream: "request" },
  [Frame.Data]: { min: 1, max: DATA_MAX, stream: "request" },
  [Frame.End]: { min: 0, max: 0, stream: "request" },
  [Frame.Abort]: { min: 2, max: 64 * KIB, stream: "request" },
  [Frame.Credit]: { min: 4, max: 4, stream: "request" }
};
var TO_WORKER = [
  Frame.Init,
  Frame.Ping,
  Frame.Shutdown,
  Frame.Request,
  Frame.Data,
  Frame.End,
  Frame.Abort,
  Frame.Credit
];
var TO_RUNTIME = [
  Frame.Hello,
  Frame.Plugin,
  Frame.Ready,
  Frame.Pong,
  Frame.Log,
  Frame.Bye,
  Frame.Response,
  Frame.Data,
  Frame.End,
  Frame.Abort,
  Frame.Credit
];
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

// src/plugins/context.ts
function contextFor(spec, init, log, provided) {
  const logger = log.logger(spec.name);
  const declared = new Set(spec.dependencies.map((dependency) => dependency.name));
  const warned = new Set;
  return {
    config: spec.config,
    globalConfig: structuredClone(init.globalConfig),
    runtime: { ...init.runtime },
    logger,
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

// src/plugins/load.ts
import { existsSync as existsSync2 } from "fs";
import { join } from "path";

// src/plugins/shape.ts
var NOT_YET = ["onRequest", "onResponse", "websocket", "onServerStart"];
var LIFECYCLE = [...NOT_YET, "onInit", "onShutdown", "provides", "server"];
var FUNCTIONS = ["onInit", "provides", "onShutdown"];
function exportFault(entry, exported) {
  if (typeof exported === "function")
    return;
  if (!isObject(exported)) {
    return `${entry} must export by default a factory (config) => PluginImpl, or a PluginImpl`;
  }
  if (/^(\.\/)?index\.[jt]s$/.test(entry) && !LIFECYCLE.some((member) => (member in exported))) {
    return `${entry} is a serverless plugin, which this version does not support yet: export a factory (config) => PluginImpl from plugin.ts`;
  }
  return;
}
function implFault(entry, impl) {
  if (!isObject(impl))
    return `${entry} must give a PluginImpl, not ${String(impl)}`;
  const { routes, server, provides, onInit } = impl;
  if (typeof impl["fetch"] === "function") {
    return `${entry} gives an app where a PluginImpl belongs: return { routes: app }`;
  }
  const notYet = membersNotYet(impl);
  if (notYet.length > 0)
    return `${entry} has ${notYet.join(" and ")}, which this version does not run yet`;
  if (isThere(routes) && !hasFetch(routes))
    return "routes must have fetch(request), as a Hono app has";
  if (isThere(server) && !hasFetch(server))
    return "server must have fetch(request)";
  const odd = FUNCTIONS.find((name) => isThere(impl[name]) && typeof impl[name] !== "function");
  if (odd !== undefined)
    return `${odd} must be a function`;
  if (![routes, server, provides, onInit].some(isThere)) {
    return `${entry} serves and hooks nothing: give it routes, server.fetch, provides or onInit`;
  }
  return;
}
function serves(impl) {
  return isThere(impl.routes) || isThere(impl.server);
}
function membersNotYet(impl) {
  const members = NOT_YET.filter((member) => isThere(impl[member]));
  const { server } = impl;
  return isObject(server) && isThere(server["routes"]) ? [...members, "server.routes"] : members;
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
  refuse(implFault(spec.entry, impl));
  if (serves(impl) && spec.base === null) {
    const message = `${spec.entry} has routes but manifest.yaml has no base to serve them under: write \`base: /my-plugin\``;
    throw new StartFailure("RoutesWithoutBase", message);
  }
  return impl;
}
async function importEntry(spec) {
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
  refuse(exportFault(spec.entry, module.default));
  return module.default;
}
function refuse(fault) {
  if (fault !== undefined)
    throw new StartFailure("LoadFailed", fault);
}

// src/plugins/start.ts
async function start(spec, ctx) {
  let stage = `the import of ${spec.entry} and its factory`;
  let late;
  const run = async () => {
    const impl = await load(spec);
    if (late)
      throw late;
    stage = "onInit";
    await initialised(spec, impl, ctx);
    if (late)
      throw late;
    return { name: spec.name, base: spec.base ?? "", impl, provided: provided(spec, impl) };
  };
  return within(spec.initTimeoutMs, run(), () => {
    late = new StartFailure("InitTimeout", `${stage} did not end within ${spec.initTimeoutMs} ms: look for what it waits for`);
    return late;
  });
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
  async shutDown(timeoutMs) {
    this.#ending = true;
    const running = this.#outcomes.flatMap((outcome) => ("plugin" in outcome) ? [outcome.plugin] : []).reverse();
    const errors = [];
    const time = new SharedTime(timeoutMs);
    for (const plugin of running) {
      if (plugin.impl.onShutdown === undefined)
        continue;
      try {
        await time.spend("onShutdown", () => plugin.impl.onShutdown?.());
      } catch (error) {
        errors.push({
          plugin: plugin.name,
          message: error instanceof TimeUsedUp ? error.message : formatArgs([error])
        });
      }
    }
    return errors;
  }
  async#startOne(spec) {
    try {
      this.#requireDependencies(spec);
      const ctx = contextFor(spec, this.#init, this.#log, (name) => this.#named(name)?.provided);
      return { plugin: await start(spec, ctx) };
    } catch (error) {
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
  #queue = [];
  #repeated = 0;
  #taken;
  #takenBytes = 0;
  #complete = false;
  #begun = false;
  #failure;
  #waiting;
  #turn = 0;
  constructor(replay, giveCredit) {
    this.#giveCredit = giveCredit;
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
  body;
  window = new SendWindow;
  #writer;
  #release;
  #abort = new AbortController;
  #whenAborted;
  #headSent = false;
  #over = false;
  constructor(id, head, replay, writer, release) {
    this.id = id;
    this.head = head;
    this.#writer = writer;
    this.#release = release;
    if (head.body)
      this.body = new IncomingBody(replay, (bytes) => this.#giveCredit(bytes));
  }
  get signal() {
    return this.#abort.signal;
  }
  get over() {
    return this.#over;
  }
  receive(type, payload) {
    if (type === Frame.Credit)
      return this.window.grant(payload.readUInt32BE(0));
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
  sendHead(status, headers, body) {
    this.#writer.json(Frame.Response, this.id, { status, headers, body });
    this.#headSent = true;
    if (!body)
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
  const headers = flatHeaders(response);
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
  const reader = body.getReader();
  exchange.onAbort((reason) => reader.cancel(reason).catch(() => {}));
  try {
    exchange.sendHead(response.status, headers, true);
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
function flatHeaders(response) {
  const flat = [];
  response.headers.forEach((value, name) => flat.push(name, value));
  return flat;
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

// src/requests/request.ts
function toRequest(exchange, url) {
  const { method, headers: flat } = exchange.head;
  const init = { method, signal: exchange.signal };
  if (exchange.body !== undefined)
    init.body = exchange.body.open();
  const request = new Request(url, init);
  const { headers } = request;
  for (let at = 0;at < flat.length; at += 2)
    headers.append(flat[at], flat[at + 1]);
  return request;
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

// src/requests/answer.ts
var { Response } = globalThis;

class NotAResponse extends Error {
  name = "NotAResponse";
}
async function answer(plugin, exchange) {
  const { server, routes } = plugin.impl;
  const { method, url } = exchange.head;
  if (!isKnownMethod(method))
    return plain(501, "Method not implemented");
  if (server) {
    const response = checked("server.fetch", await server.fetch(toRequest(exchange, url)));
    if (response.status !== 404 || !routes || exchange.over)
      return response;
    discard(response);
    exchange.body?.rewind();
  }
  if (!routes)
    return plain(404, "Not Found");
  return checked("routes.fetch", await routes.fetch(toRequest(exchange, withoutBase(url, plugin.base))));
}
function plain(status, text) {
  return new Response(text, { status, headers: { "content-type": "text/plain;charset=utf-8" } });
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
function described(value) {
  if (value === null || typeof value !== "object")
    return String(value);
  return `an object of type ${value.constructor?.name ?? "null"}`;
}

// src/requests/serve.ts
async function serve(plugin, exchange, log) {
  try {
    const response = await answer(plugin, exchange);
    if (exchange.over)
      discard(response);
    else
      await respond(exchange, response);
  } catch (error) {
    const { method, url } = exchange.head;
    const level = exchange.over ? "debug" : "error";
    exchange.sendAbort();
    const reason = error instanceof NotAResponse ? error.message : formatArgs([error]);
    log.write(plugin.name, level, `${method} ${withoutQuery(url)}${numberOf(exchange)} failed: ${reason}`);
  }
}
function numberOf({ head }) {
  const name = head.headers.findIndex((text, i) => i % 2 === 0 && text === "x-request-id");
  return name < 0 ? "" : ` (request ${head.headers[name + 1]})`;
}
function withoutQuery(url) {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

// src/wire/messages.ts
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
function pluginSpec(value) {
  const spec = object("INIT plugin", value);
  return {
    name: string("INIT plugin name", spec["name"]),
    version: string("INIT plugin version", spec["version"]),
    root: string("INIT plugin root", spec["root"]),
    entry: string("INIT plugin entry", spec["entry"]),
    base: spec["base"] === null ? null : string("INIT plugin base", spec["base"]),
    config: object("INIT plugin config", spec["config"]),
    dependencies: list("INIT plugin dependencies", spec["dependencies"]).map((item) => {
      const dependency = object("INIT dependency", item);
      return {
        name: string("INIT dependency name", dependency["name"]),
        required: boolean("INIT dependency required", dependency["required"])
      };
    }),
    initTimeoutMs: count("INIT plugin initTimeoutMs", spec["initTimeoutMs"])
  };
}
function parseInit(payload) {
  const init = parse("INIT", payload);
  const runtime = object("INIT runtime", init["runtime"]);
  const global = object("INIT globalConfig", init["globalConfig"]);
  return {
    runtime: {
      api: string("INIT runtime api", runtime["api"]),
      version: string("INIT runtime version", runtime["version"])
    },
    globalConfig: {
      poolSize: count("INIT poolSize", global["poolSize"]),
      pluginDirs: strings("INIT pluginDirs", global["pluginDirs"]),
      workerDirs: strings("INIT workerDirs", global["workerDirs"])
    },
    plugins: list("INIT plugins", init["plugins"]).map(pluginSpec)
  };
}
function parseRequest(payload, plugins) {
  const head = parse("REQUEST", payload);
  const plugin = count("REQUEST plugin", head["plugin"]);
  if (plugin >= plugins)
    throw new Violation(`REQUEST for plugin ${plugin} of ${plugins}`);
  const headers = strings("REQUEST headers", head["headers"]);
  if (headers.length % 2 !== 0)
    throw new Violation("REQUEST headers has a name without a value");
  return {
    plugin,
    method: string("REQUEST method", head["method"]),
    url: string("REQUEST url", head["url"]),
    peer: string("REQUEST peer", head["peer"]),
    body: boolean("REQUEST body", head["body"]),
    headers
  };
}
function parseShutdown(payload) {
  return count("SHUTDOWN timeoutMs", parse("SHUTDOWN", payload)["timeoutMs"]);
}
function parseAbort(payload) {
  return string("ABORT message", parse("ABORT", payload)["message"]);
}

// src/session.ts
var exit2 = process.exit.bind(process);

class Session {
  log;
  #connection;
  #exchanges = new Map;
  #held = [];
  #group;
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
      case Frame.Request:
        return this.#request(stream, payload);
      case Frame.Abort:
        return this.#exchanges.get(stream)?.aborted(parseAbort(payload));
      case Frame.Data:
      case Frame.End:
      case Frame.Credit:
        return this.#exchanges.get(stream)?.receive(type, payload);
      default:
        throw new Violation(`frame ${typeName(type)} is not the runtime's to send`);
    }
  };
  chunkEnd = () => {
    if (this.#held.length === 0)
      return;
    const held = this.#held;
    this.#held = [];
    for (const exchange of held)
      if (!exchange.over)
        this.#serve(exchange);
  };
  #init(payload) {
    if (this.#group !== undefined)
      throw new Violation("a second INIT");
    const group = new Group(parseInit(payload), this.log);
    this.#group = group;
    this.#start(group);
  }
  async#start(group) {
    await group.start((spec, outcome) => this.#connection.writer.json(Frame.Plugin, 0, report(spec, outcome)));
    if (!this.#ending)
      this.#connection.writer.json(Frame.Ready, 0, {});
  }
  #request(stream, payload) {
    if (this.#exchanges.has(stream))
      throw new Violation(`REQUEST on stream ${stream}, which is in use`);
    const head = parseRequest(payload, this.plugins.length);
    const impl = this.#group?.at(head.plugin)?.impl;
    const replay = Boolean(impl?.server && impl.routes);
    const exchange = new Exchange(stream, head, replay, this.#connection.writer, this.#release);
    this.#exchanges.set(stream, exchange);
    if (head.body)
      this.#held.push(exchange);
    else
      this.#serve(exchange);
  }
  #release = (stream) => {
    this.#exchanges.delete(stream);
  };
  #serve(exchange) {
    const plugin = this.#group?.at(exchange.head.plugin);
    if (plugin === undefined)
      exchange.sendAbort();
    else
      serve(plugin, exchange, this.log);
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
    for (const { plugin, message } of errors)
      this.log.write(plugin, "error", `onShutdown failed: ${message}`);
    this.#connection.writer.json(Frame.Bye, 0, { errors: fitting(errors) });
    await this.#connection.flushed();
    exit2(0);
  }
}
function report(spec, outcome) {
  if ("plugin" in outcome)
    return { name: spec.name, state: "ready", hooks: [] };
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
var [path] = process.argv.splice(2);
if (path === undefined) {
  console.error("usage: bun --no-install bridge.js <socket path>");
  process.exit(2);
}
var connection = new Connection;
var session = new Session(connection);
session.hello();
surviveStrays(session.log, () => session.plugins);
watchResponses();
await connection.open(path, session);
