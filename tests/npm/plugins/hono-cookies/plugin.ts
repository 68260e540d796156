import { Hono } from "hono";
import { deleteCookie, getCookie, getSignedCookie, setCookie, setSignedCookie } from "hono/cookie";

const SECRET = "a secret of the test";
const routes = new Hono();

routes.get("/set", (c) => {
  setCookie(c, "theme", "dark, really", { path: "/", maxAge: 3600, sameSite: "Lax" });
  setCookie(c, "language", "de", { path: "/", httpOnly: true, partitioned: true, secure: true });
  setCookie(c, "host-only", "1", { prefix: "host", path: "/", secure: true });
  return c.text("three cookies");
});
routes.get("/sign", async (c) => {
  await setSignedCookie(c, "user", "ada", SECRET, { path: "/", httpOnly: true, sameSite: "Strict" });
  return c.text("signed");
});
routes.get("/read", async (c) => c.json({ all: getCookie(c), user: await getSignedCookie(c, SECRET, "user") }));
routes.get("/clear", (c) => {
  deleteCookie(c, "theme", { path: "/" });
  deleteCookie(c, "user", { path: "/" });
  return c.text("cleared");
});

export default { routes };
