import { describe, expect, it } from "bun:test";
import hello from "./plugin.ts";

describe("hello", () => {
  it("greets with the configured words", async () => {
    const { routes } = hello({ greeting: "Good morning" });
    const response = await routes.request("/api/public/greeting");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ message: "Good morning", greeted: 1 });
  });

  it("counts its greetings for as long as it runs", async () => {
    const { routes } = hello({ greeting: "Hi" });
    await routes.request("/api/public/greeting");
    const response = await routes.request("/api/public/greeting");
    expect(await response.json()).toMatchObject({ greeted: 2 });
  });

  it("keeps its secret off the public path", async () => {
    const { routes } = hello({ greeting: "Hi" });
    expect((await routes.request("/api/secret")).status).toBe(200);
    expect((await routes.request("/api/public/secret")).status).toBe(404);
  });
});
