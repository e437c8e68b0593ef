/**
 * The floors: what the platform itself costs. Accepting is one D1 batch of the same two rows, delivering is an object
 * that only fetches, six at a time. No checks, no signatures, no log of attempts.
 */
import { DurableObject } from "cloudflare:workers";
import { Hono } from "hono";

type Env = { DB: D1Database; FLOOR: DurableObjectNamespace<FloorObject> };

const APP_KEY = 1;
const CONCURRENCY = 6;
const app = new Hono<{ Bindings: Env }>();
let position = 0;

function rowsOf(db: D1Database, payload: string, key: string): D1PreparedStatement[] {
  const at = ++position;
  return [
    db
      .prepare(
        "INSERT INTO events (app_key, position, created_at, event_type, payload) VALUES (?, ?, ?, ?, ?)",
      )
      .bind(APP_KEY, at, Date.now(), "bench.event", payload),
    db
      .prepare("INSERT INTO event_keys (app_key, key, position, created_at) VALUES (?, ?, ?, ?)")
      .bind(APP_KEY, key, at, Date.now()),
  ];
}

app.post("/one", async (c) => {
  const { payload } = await c.req.json<{ payload: unknown }>();
  await c.env.DB.batch(rowsOf(c.env.DB, JSON.stringify(payload), `i:${c.req.header("idempotency-key")}`));
  return c.json({ position }, 202);
});

app.post("/batch", async (c) => {
  const { messages } = await c.req.json<{ messages: { payload: unknown }[] }>();
  const key = c.req.header("idempotency-key");
  const rows = messages.flatMap(({ payload }, n) =>
    rowsOf(c.env.DB, JSON.stringify(payload), `i:${key}-${n}`),
  );
  await c.env.DB.batch(rows);
  return c.json({ position }, 202);
});

app.post("/deliver", async (c) => {
  const { url, forMs } = await c.req.json<{ url: string; forMs: number }>();
  return c.json({ sent: await c.env.FLOOR.getByName("floor").deliver(url, forMs) });
});

export class FloorObject extends DurableObject<Env> {
  async deliver(url: string, forMs: number): Promise<number> {
    const body = JSON.stringify({ pad: "x".repeat(350) });
    const until = Date.now() + forMs;
    let sent = 0;
    const lane = async () => {
      while (Date.now() < until) {
        const headers = { "content-type": "application/json" };
        const response = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
        await response.arrayBuffer();
        sent++;
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, lane));
    return sent;
  }
}

export default app;
