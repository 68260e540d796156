import { Hono } from "hono";
import * as jose from "jose";

export default async function factory() {
  const { publicKey, privateKey } = await jose.generateKeyPair("EdDSA");
  const kid = await jose.calculateJwkThumbprint(await jose.exportJWK(publicKey));
  const jwks = { keys: [{ ...(await jose.exportJWK(publicKey)), kid, use: "sig" }] };
  const keys = jose.createLocalJWKSet(jwks);
  const shared = new TextEncoder().encode("0123456789abcdef0123456789abcdef");

  const routes = new Hono();
  routes.get("/.well-known/jwks.json", (c) => c.json(jwks));
  routes.post("/token", async (c) => {
    const signed = new jose.SignJWT({ scope: "read" }).setProtectedHeader({ alg: "EdDSA", kid });
    return c.json({
      token: await signed.setSubject("ada").setIssuer("notes").setExpirationTime(4_102_444_800).sign(privateKey),
    });
  });
  routes.get("/me", async (c) => {
    const token = (c.req.header("authorization") ?? "").replace(/^Bearer /, "");
    try {
      const { payload } = await jose.jwtVerify(token, keys, { issuer: "notes" });
      return c.json(payload);
    } catch (error) {
      return c.json({ code: (error as jose.errors.JOSEError).code }, 401);
    }
  });
  routes.post("/seal", async (c) => {
    const text = new TextEncoder().encode(await c.req.text());
    const sealed = await new jose.CompactEncrypt(text)
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .encrypt(shared);
    return c.json({ sealed });
  });
  routes.post("/open", async (c) => {
    const { plaintext, protectedHeader } = await jose.compactDecrypt(await c.req.text(), shared);
    return c.json({ text: new TextDecoder().decode(plaintext), protectedHeader });
  });
  return { routes };
}
