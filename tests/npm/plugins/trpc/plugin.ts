import { initTRPC, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { z } from "zod";
import { Gate } from "../../lib/gate.ts";

const gate = new Gate();
const t = initTRPC.context<{ user: string | null }>().create({ isDev: false });

const router = t.router({
  greet: t.procedure.input(z.object({ name: z.string() })).query(({ input }) => ({ text: `Hello ${input.name}` })),
  add: t.procedure.input(z.object({ a: z.number(), b: z.number() })).mutation(({ input }) => input.a + input.b),
  me: t.procedure.query(({ ctx }) => {
    if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "who are you?" });
    return ctx.user;
  }),
  ticks: t.procedure.input(z.number()).subscription(async function* ({ input }) {
    for (let tick = 1; tick <= input; tick += 1) {
      yield { tick };
      await gate.passed();
    }
  }),
});

const call = (req: Request) =>
  fetchRequestHandler({
    endpoint: "/api",
    req,
    router,
    createContext: () => ({ user: req.headers.get("x-user") }),
    responseMeta: ({ type }) => (type === "query" ? { headers: { "cache-control": "max-age=60" } } : {}),
  });

function fetch(request: Request): Response | Promise<Response> {
  if (new URL(request.url).pathname !== "/next") return call(request);
  gate.open();
  return new Response(null, { status: 204 });
}

export default { routes: { fetch } };
