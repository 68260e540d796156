import { describe, expect, it } from "bun:test";
import plugin from "./plugin.ts";

const auth = plugin({ password: "open sesame", secret: "a secret of at least 32 characters" });
const shop = { name: "shop", version: "1.0.0", base: "/shop" };

function login(password: string, next = "/shop/"): Promise<Response> {
  const form = new URLSearchParams({ user: "ada", password, next });
  return Promise.resolve(auth.routes.request("/login", { method: "POST", body: form }));
}

function visit(headers: Record<string, string>): Promise<Request | Response | undefined> {
  return auth.onRequest(new Request("http://localhost/shop/", { headers }), shop);
}

describe("{{name}}", () => {
  it("vouches for those who logged in", async () => {
    const response = await login("open sesame");
    expect([response.status, response.headers.get("location")]).toEqual([303, "/shop/"]);
    const [cookie] = response.headers.getSetCookie();
    const request = await visit({ cookie: cookie!.split(";")[0]! });
    expect(request?.headers.get("x-identity")).toBe("ada");
  });

  it("refuses a wrong password and a session that it did not sign", async () => {
    expect((await login("open says me")).status).toBe(403);
    expect(await visit({ cookie: "session=e30.e30.e30" })).toBeUndefined();
  });

  it("sends browsers to the login page, and back to this host only", async () => {
    const response = (await visit({ accept: "text/html" })) as Response;
    expect(response.headers.get("location")).toBe("{{base}}/login?next=%2Fshop%2F");
    expect((await login("open sesame", "//evil.example")).headers.get("location")).toBe("{{base}}/login");
  });

  it("does not start without a password", () => {
    expect(() => plugin({}).onInit()).toThrow("AUTH_PASSWORD");
  });
});
