/** What the suite's streaming tests ask for. Counters tell how far the plugin has come. */
const CHUNK = 64 * 1024;
const seen = { produced: 0, consumed: 0, signal: "", cancelled: "", body: "" };
let mayRead = Promise.withResolvers<void>();
let sendEvent: ((data: string) => void) | undefined;

/** Bytes whose value is the number of their 64 KiB block, so that a lost or doubled one shows. */
function pattern(bytes: number): ReadableStream {
  let block = 0;
  return new ReadableStream({
    pull(controller) {
      const left = bytes - block * CHUNK;
      if (left <= 0) return controller.close();
      controller.enqueue(new Uint8Array(Math.min(CHUNK, left)).fill(block % 251));
      seen.produced += Math.min(CHUNK, left);
      block += 1;
    },
    cancel(reason) {
      seen.cancelled = String(reason);
    },
  });
}

async function digest(request: Request): Promise<Response> {
  const hasher = new Bun.CryptoHasher("sha256");
  try {
    for await (const chunk of request.body!) {
      hasher.update(chunk);
      seen.consumed += chunk.length;
    }
  } catch (error) {
    seen.body = String(error);
    throw error;
  }
  return new Response(hasher.digest("hex"));
}

function events(): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      sendEvent = (data) => {
        if (data === "end") controller.close();
        else controller.enqueue(encoder.encode(`data: ${data}\n\n`));
      };
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

async function fetch(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const watch = () => request.signal.addEventListener("abort", () => (seen.signal = String(request.signal.reason)));
  switch (pathname) {
    case "/download":
      watch();
      return new Response(pattern(Number(searchParams.get("bytes"))));
    case "/upload":
      watch();
      return digest(request);
    case "/wait-and-upload":
      await mayRead.promise;
      return digest(request);
    case "/read":
      mayRead.resolve();
      return new Response("reading");
    case "/events":
      return events();
    case "/send":
      sendEvent?.(searchParams.get("data") ?? "");
      return new Response("sent");
    case "/seen":
      return Response.json(seen);
    default:
      return new Response("Not Found", { status: 404 });
  }
}

export default { routes: { fetch } };
