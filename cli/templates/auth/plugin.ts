import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";
import { sign, verify } from "hono/jwt";
import type { PluginImpl } from "davit";

const LOGIN = "{{base}}/login";
const COOKIE = "session";
const SECONDS = 24 * 60 * 60;

export default function plugin(config: Record<string, unknown>) {
  const password = config["password"] as string | undefined;
  const secret = (config["secret"] as string | undefined) ?? crypto.randomUUID();
  const open = ["{{base}}", ...((config["open"] as string[] | undefined) ?? [])];

  const routes = new Hono()
    .get("/login", (c) => c.html(page(c.req.query("next"))))
    .post("/login", async (c) => {
      const form = await c.req.parseBody();
      const next = local(form["next"]);
      if (!same(String(form["password"]), password)) return c.html(page(next, "That is not the password."), 403);
      const session = await sign({ sub: String(form["user"]), exp: now() + SECONDS }, secret, "HS256");
      const secure = new URL(c.req.url).protocol === "https:";
      setCookie(c, COOKIE, session, { httpOnly: true, sameSite: "Lax", path: "/", maxAge: SECONDS, secure });
      return c.redirect(next, 303);
    })
    .post("/logout", (c) => {
      deleteCookie(c, COOKIE, { path: "/" });
      return c.redirect(LOGIN, 303);
    });

  /** Who the session says the caller is. */
  async function userOf(request: Request): Promise<string | undefined> {
    const session = new Bun.CookieMap(request.headers.get("cookie") ?? "").get(COOKIE);
    if (!session) return undefined;
    const claims = await verify(session, secret, "HS256").catch(() => undefined);
    return typeof claims?.["sub"] === "string" ? claims["sub"] : undefined;
  }

  return {
    routes, // served below {{base}}
    onInit() {
      if (!password) throw new Error("there is no password: set AUTH_PASSWORD");
    },
    async onRequest(request, app) {
      const user = await userOf(request);
      if (user !== undefined) {
        const headers = new Headers(request.headers);
        headers.set("x-identity", encodeURIComponent(user));
        return new Request(request, { headers });
      }
      const wantsPage = request.method === "GET" && request.headers.get("accept")?.includes("text/html");
      if (wantsPage && app?.base && !open.includes(app.base)) {
        const { pathname, search } = new URL(request.url);
        return Response.redirect(`${LOGIN}?next=${encodeURIComponent(pathname + search)}`, 303);
      }
      return undefined; // The gate decides.
    },
  } satisfies PluginImpl;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** Takes the same time whatever was typed. */
function same(typed: string, wanted = ""): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(typed), hash(wanted));
}

/** A path of this host; never another host's address. */
function local(next: unknown): string {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : LOGIN;
}

function page(next: string | undefined, fault = "") {
  return html`<!doctype html>
    <title>Log in</title>
    <meta name="viewport" content="width=device-width">
    <form method="post" action="${LOGIN}">
      <input type="hidden" name="next" value="${local(next)}">
      <label>Name <input name="user" autocomplete="username" required></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button>Log in</button>
      <p role="alert">${fault}</p>
    </form>`;
}
