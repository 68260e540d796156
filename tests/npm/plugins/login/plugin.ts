/** Logs people in: a page, a session in a cookie, and a hook that tells the other plugins who is there. */
import { Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { parse } from "hono/utils/cookie";
import { page } from "./page.ts";
import { LASTS, Sessions } from "./session.ts";

const COOKIE = "session";

interface Config {
  secret: string;
  user: string;
  passwordHash: string;
  protects: string[];
}

/** Where to go behind the login: a path of this site and of no other. */
function within(to: unknown): string {
  const path = typeof to === "string" ? to : "/";
  return /^\/(?![/\\])/.test(path) ? path : "/";
}

export default function login(config: Config) {
  const sessions = new Sessions(config.secret);
  const routes = new Hono();

  routes.get("/", (c) => c.html(page(within(c.req.query("to")), false)));
  routes.post("/", async (c) => {
    const { name, password, to } = await c.req.parseBody();
    const right = await Bun.password.verify(String(password), config.passwordHash);
    if (!right || name !== config.user) return c.html(page(within(to), true), 401);
    const secure = new URL(c.req.url).protocol === "https:";
    setCookie(c, COOKIE, sessions.begin(name), { path: "/", httpOnly: true, sameSite: "Lax", maxAge: LASTS, secure });
    return c.redirect(within(to), 303);
  });
  routes.post("/logout", (c) => {
    sessions.end(getCookie(c, COOKIE) ?? "");
    deleteCookie(c, COOKIE, { path: "/" });
    return c.redirect("/login", 303);
  });

  return {
    routes,
    onRequest(request: Request, app?: { name: string }): Request | Response | undefined {
      const session = parse(request.headers.get("cookie") ?? "", COOKIE)[COOKIE];
      const user = session && sessions.user(session);
      if (user) {
        const headers = new Headers(request.headers);
        headers.set("x-identity", user);
        return new Request(request, { headers });
      }
      if (!app || !config.protects.includes(app.name)) return undefined;
      const browser = request.method === "GET" && (request.headers.get("accept") ?? "").includes("text/html");
      // Whoever is no browser may still have a key: the gate decides, with a 401 if not.
      if (!browser) return undefined;
      const { pathname, search } = new URL(request.url);
      const to = encodeURIComponent(pathname + search);
      return new Response(null, { status: 303, headers: { location: `/login?to=${to}`, "cache-control": "no-store" } });
    },
  };
}
