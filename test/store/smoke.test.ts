import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

it("runs on the real runtime with migrations applied", async () => {
  const row = await env.DB.prepare("SELECT count(*) AS n FROM events").first<{ n: number }>();
  expect(row?.n).toBe(0);
});
