import { describe, expect, it } from "bun:test";
import plugin from "./index.ts";

describe("{{name}}", () => {
  it("serves an item by its id", async () => {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", ...plugin });
    const response = await fetch(new URL("/items/7", server.url));
    expect(await response.json()).toEqual({ id: "7" });
  });

  it("knows nothing else", async () => {
    const response = await plugin.fetch(new Request("http://localhost/nothing"));
    expect(response.status).toBe(404);
  });
});
