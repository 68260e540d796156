import { describe, expect, it } from "bun:test";
import plugin from "./plugin.ts";

describe("{{name}}", () => {
  it("serves a greeting", async () => {
    const { routes } = plugin({ greeting: "Hello" });
    const response = await routes.request("/api/public/greeting");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ message: "Hello" });
  });
});
