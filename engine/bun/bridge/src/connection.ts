import type { Socket } from "bun";
import { TO_WORKER, Violation } from "./wire/frames.ts";
import type { FrameSink } from "./wire/reader.ts";
import { FrameReader } from "./wire/reader.ts";
import { FrameWriter } from "./wire/writer.ts";

// Taken before any plugin runs, which may replace them.
const exit = process.exit.bind(process);
const complain = console.error.bind(console);

/** Who hears of a connection's frames. */
export interface Listener {
  /** Takes one frame; throws {@link Violation} if it breaks a rule. */
  frame: FrameSink;
  /** Called after all frames of one chunk. */
  chunkEnd(): void;
}

/**
 * The one connection to the runtime. The process lives as long as it does: it exits with 0 when
 * the connection closes, and with 1 and a line on stderr after a frame that breaks a rule.
 */
export class Connection {
  /** Frames written here leave together at the end of the event loop's turn. */
  readonly writer = new FrameWriter(() => this.#wake());
  #socket: Socket | undefined;
  #scheduled = false;
  #blocked = false;
  #whenFlushed: (() => void) | undefined;
  readonly #flush = (): void => this.#send();

  /** Connects to the Unix socket at `path`. What is already written leaves first. */
  async open(path: string, listener: Listener): Promise<void> {
    const reader = new FrameReader(TO_WORKER, listener.frame);
    this.#socket = await Bun.connect({
      unix: path,
      socket: {
        data: (_, chunk) =>
          guarded(() => {
            reader.push(chunk);
            listener.chunkEnd();
          }),
        drain: () => this.#drain(),
        close: () => exit(0),
        end: () => exit(0),
        error: () => exit(0),
      },
    });
    this.#send();
  }

  /** Resolves when all that was written has been handed to the kernel. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenFlushed = resolve;
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#scheduled || this.#blocked || this.#socket === undefined) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  #drain(): void {
    this.#blocked = false;
    this.#send();
  }

  #send(): void {
    this.#scheduled = false;
    if (this.#socket === undefined || this.#blocked) return;
    if (this.writer.size > 0) {
      const written = this.#socket.write(this.writer.waiting());
      this.writer.sent(Math.max(0, written));
      this.#blocked = this.writer.size > 0;
    }
    if (!this.#blocked) this.#whenFlushed?.();
  }
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    const broke = error instanceof Violation ? "the runtime broke the worker protocol" : "internal error";
    complain(`davit bridge: ${broke}: ${error}`);
    exit(1);
  }
}
