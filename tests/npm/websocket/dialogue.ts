/**
 * Talks to the plugin `hono-websocket` and prints what it says, one line of JSON for each thing that happens.
 *
 *     bun dialogue.ts URL      of the plugin's root, e.g. http://127.0.0.1:8000/hono-websocket
 */
const root = process.argv[2]!;

/** One socket's events in the order in which they come. */
class Talk {
  private readonly socket: WebSocket;
  private readonly events: unknown[] = [];
  private waiting: (() => void) | undefined;

  constructor(path: string) {
    this.socket = new WebSocket(root.replace(/^http/, "ws") + path);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.add("open");
    this.socket.onmessage = ({ data }) => this.add({ got: shown(data) });
    this.socket.onclose = ({ code, reason, wasClean }) => this.add({ closed: code, reason, wasClean });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.socket.send(data);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** Prints the next events. */
  async tell(count: number): Promise<void> {
    for (let told = 0; told < count; told += 1) {
      while (this.events.length === 0) await new Promise<void>((resolve) => (this.waiting = resolve));
      console.log(JSON.stringify(this.events.shift()));
    }
  }

  private add(event: unknown): void {
    this.events.push(event);
    this.waiting?.();
  }
}

/** A message as it can be compared: text as it is, long ones and bytes by what they are. */
function shown(data: unknown): unknown {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data as ArrayBuffer);
  if (typeof data === "string" && bytes.length < 100) return data;
  const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  return { type: typeof data, size: bytes.length, sha256 };
}

async function echoed(): Promise<void> {
  const talk = new Talk("/echo?name=ada%20l");
  await talk.tell(2);
  for (const text of ["hi", "", "ünïcode ✓ 👩‍🚀", "x".repeat(300_000)]) talk.send(text);
  talk.send(new Uint8Array([1, 2, 3]));
  talk.send(new Uint8Array(1_000_000).map((_, at) => at));
  await talk.tell(6);
  talk.send("bye");
  await talk.tell(1);
}

/** What the client closes with reaches the plugin. */
async function closed(): Promise<void> {
  const talk = new Talk("/closed");
  await talk.tell(1);
  talk.close(4000, "done");
  await talk.tell(1);
  let list = "[]";
  for (const until = Date.now() + 20_000; list === "[]" && Date.now() < until;) {
    list = await (await fetch(`${root}/closed`)).text();
  }
  console.log(list);
}

/** What is no WebSocket's path cannot be one. */
async function refused(): Promise<void> {
  await new Talk("/refused").tell(1);
}

await echoed();
await closed();
await refused();
console.log('"end"');

export {};
