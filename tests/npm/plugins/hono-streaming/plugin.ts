import { Hono } from "hono";
import { stream, streamSSE, streamText } from "hono/streaming";
import { Gate } from "../../lib/gate.ts";

const gate = new Gate();
const routes = new Hono();

routes.post("/next", (c) => {
  gate.open();
  return c.body(null, 204);
});

routes.get("/events", (c) =>
  streamSSE(c, async (out) => {
    const last = Number(c.req.header("last-event-id") ?? 0);
    for (let id = last + 1; id <= last + 3; id += 1) {
      await out.writeSSE({ id: String(id), event: "tick", data: JSON.stringify({ id, text: "line one\nline two" }) });
      await gate.passed();
    }
    await out.writeSSE({ event: "end", data: "", retry: 1000 });
  }),
);

routes.get("/text", (c) =>
  streamText(c, async (out) => {
    for (const word of ["first", "second", "third"]) {
      await out.writeln(word);
      await gate.passed();
    }
    await out.write("done");
  }),
);

routes.get("/bytes", (c) =>
  stream(c, async (out) => {
    c.header("content-type", "application/octet-stream");
    for (let block = 0; block < 40; block += 1) await out.write(new Uint8Array(16_384).fill(block));
  }),
);

routes.get("/piped", (c) =>
  stream(c, async (out) => {
    await out.pipe(new Blob(["piped ", "through"]).stream());
  }),
);

// What comes in goes out again while it comes.
routes.post("/echo", (c) => new Response(c.req.raw.body));

export default { routes };
