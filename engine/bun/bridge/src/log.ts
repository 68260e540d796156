import { Frame } from "./wire/frames.ts";
import type { FrameWriter } from "./wire/writer.ts";
import type { PluginLogger } from "./contract.ts";

/** A LOG frame's level. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** The longest message of a LOG or PLUGIN frame, in bytes of UTF-8. */
export const MESSAGE_MAX = 16 * 1024;
/** While more than this waits to be sent, log lines are dropped and counted. */
const BACKLOG_MAX = 4 * 1024 * 1024;
const CUT = "… (truncated)";

/** Control characters other than tab and line breaks; in JSON each would take six bytes. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** Cuts a text to at most `max` bytes of UTF-8 and says so at its end; control characters become U+FFFD. */
export function clip(text: string, max: number = MESSAGE_MAX): string {
  const clean = text.slice(0, max).replace(CONTROL, "\ufffd");
  if (clean.length === text.length && (clean.length * 3 <= max || Buffer.byteLength(clean) <= max)) return clean;
  const bytes = Buffer.from(clean);
  let end = Math.min(bytes.length, max - Buffer.byteLength(CUT));
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end) + CUT;
}

/** Formats values as console does; an Error with its stack. */
export function formatArgs(args: readonly unknown[]): string {
  if (args.every((arg) => typeof arg === "string") && !args[0]?.includes("%")) return args.join(" ");
  // Loading node:util costs 2 ms of a worker's start, so only who needs it pays.
  const { format } = require("node:util") as typeof import("node:util");
  return format(...args);
}

/** Sends log lines to the runtime. */
export class Log {
  readonly #writer: FrameWriter;
  #dropped = 0;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** Sends one line; `plugin` is empty if it is not known whose it is. */
  write(plugin: string, level: LogLevel, message: string): void {
    if (this.#writer.size > BACKLOG_MAX) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) this.#reportDropped();
    this.#writer.json(Frame.Log, 0, { plugin, level, message: clip(message) });
  }

  /** The logger that a plugin gets as `ctx.logger`. */
  logger(plugin: string): PluginLogger {
    const at =
      (level: LogLevel) =>
      (...args: unknown[]): void =>
        this.write(plugin, level, formatArgs(args));
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }

  #reportDropped(): void {
    const message = `${this.#dropped} log lines were dropped, since the runtime did not read them in time`;
    this.#dropped = 0;
    this.#writer.json(Frame.Log, 0, { plugin: "", level: "warn", message });
  }
}
