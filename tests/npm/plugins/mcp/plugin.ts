import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport as Transport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { z } from "zod";
import { Gate } from "../../lib/gate.ts";

const gate = new Gate();
const sessions = new Map<string, Transport>();

function notes(): McpServer {
  const server = new McpServer({ name: "notes", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool(
    "add",
    { description: "Adds two numbers", inputSchema: { a: z.number(), b: z.number() } },
    async ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }),
  );
  server.registerTool("slow", { description: "Tells how far it is" }, async (extra) => {
    for (let step = 1; step <= 2; step += 1) {
      await extra.sendNotification({
        method: "notifications/message",
        params: { level: "info", data: `step ${step}` },
      });
      await gate.passed();
    }
    return { content: [{ type: "text", text: "done" }] };
  });
  server.registerResource("today", "notes://today", { mimeType: "text/plain" }, async (uri) => ({
    contents: [{ uri: uri.href, text: "buy milk" }],
  }));
  return server;
}

async function begin(): Promise<Transport> {
  const transport = new Transport({
    sessionIdGenerator: () => crypto.randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await notes().connect(transport);
  return transport;
}

async function fetch(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/next") {
    gate.open();
    return new Response(null, { status: 204 });
  }
  const id = request.headers.get("mcp-session-id");
  const transport = id ? sessions.get(id) : await begin();
  return transport ? transport.handleRequest(request) : new Response("no such session", { status: 410 });
}

export default { routes: { fetch } };
