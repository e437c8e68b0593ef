import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expiredKeysBelow } from "../../src/core/event-keys.ts";
import { LOG_FETCH_BYTES } from "../../src/core/limits/database.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import type { Appended, NewEvent } from "../../src/store/event-append.ts";
import { EventLog } from "../../src/store/event-log.ts";
import { expirePayloads, purgeEvents, purgeIdempotencyKeys } from "../../src/store/upkeep.ts";
import { aNewEvent, anApplication } from "../support/log.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const log = () => new EventLog(env.DB);

async function append(application: string, events: NewEvent[], nowMs = NOW_MS): Promise<Appended[]> {
  const [result] = await log().append([{ application, implicit: null, events }], nowMs);
  if (result?.kind !== "done") throw new Error(`not appended: ${result?.kind}`);
  return result.results;
}

/** The database, telling the cost of each statement of its batches. */
function counted(add: (meta: D1Meta) => void): D1Database {
  return new Proxy(env.DB, {
    get(db, name) {
      if (name !== "batch") return Reflect.get(db, name).bind(db);
      return async (statements: D1PreparedStatement[]) => {
        const results = await db.batch(statements);
        for (const { meta } of results) add(meta);
        return results;
      };
    },
  });
}

const positionsOf = (results: Appended[]) =>
  results.map((result) =>
    result.kind === "conflict" ? "conflict" : `${result.kind} ${result.event.position}`,
  );

describe("EventLog.append", () => {
  it("gives each application dense positions from 1", async () => {
    const [a, b] = [await anApplication(), await anApplication()];
    expect(positionsOf(await append(a.id, [aNewEvent(), aNewEvent()]))).toEqual(["appended 1", "appended 2"]);
    expect(positionsOf(await append(b.id, [aNewEvent()]))).toEqual(["appended 1"]);
    expect(positionsOf(await append(a.id, [aNewEvent()]))).toEqual(["appended 3"]);
  });

  it("never lets time run backwards within an application", async () => {
    const { id, key } = await anApplication();
    await append(id, [aNewEvent()], NOW_MS);
    const [second] = await append(id, [aNewEvent()], NOW_MS - 5000);
    expect(second).toMatchObject({ event: { createdAtMs: NOW_MS } });
    expect((await log().get(key, 2, NOW_MS))?.createdAtMs).toBe(NOW_MS);
  });

  it("appends nothing unchecked where the application wants payloads checked, whatever shares the batch", async () => {
    const [a, b] = [await anApplication(), await anApplication()];
    await env.DB.prepare(`UPDATE applications SET policy = '{"validatePayloads":true}' WHERE key = ?1`)
      .bind(a.key)
      .run();
    const events = [aNewEvent({ eventId: "one" }), aNewEvent()];
    const unchecked = { application: a.id, implicit: null, events };
    const other = { application: b.id, implicit: null, events };
    const [refused, kept] = await log().append([unchecked, other], NOW_MS);
    expect(refused).toEqual({ kind: "unchecked" });
    expect(kept).toMatchObject({ kind: "done", results: [{ kind: "appended" }, { kind: "appended" }] });
    const [taken] = await log().append([{ ...unchecked, checked: true }], NOW_MS);
    expect(taken).toMatchObject({ results: [{ event: { position: 1 } }, { event: { position: 2 } }] });
    expect(await log().append([unchecked], NOW_MS)).toEqual([{ kind: "unchecked" }]);
  });

  it("answers the repeat of an idempotency key with the first event, payload included", async () => {
    const { id } = await anApplication();
    await append(id, [aNewEvent({ idempotencyHash: "h1", payload: '{"first":true}' })]);
    const again = await append(id, [aNewEvent({ idempotencyHash: "h1", payload: '{"first":false}' })]);
    expect(again).toMatchObject([{ kind: "repeated", event: { position: 1, payload: '{"first":true}' } }]);
  });

  it("refuses a second event with the same event id, but repeats the answer to the same call", async () => {
    const { id } = await anApplication();
    const first = aNewEvent({ eventId: "order-1", idempotencyHash: "h1" });
    expect(positionsOf(await append(id, [first]))).toEqual(["appended 1"]);
    expect(positionsOf(await append(id, [first]))).toEqual(["repeated 1"]);
    expect(positionsOf(await append(id, [{ ...first, idempotencyHash: "h2" }]))).toEqual(["conflict"]);
    expect(positionsOf(await append(id, [aNewEvent({ eventId: "order-1" })]))).toEqual(["conflict"]);
  });

  it("lets an idempotency key be used anew after twelve hours, across midnight too", async () => {
    const { id } = await anApplication();
    const event = aNewEvent({ idempotencyHash: "h" });
    const evening = Date.UTC(2026, 10, 20, 23);
    await append(id, [event], evening);
    expect(positionsOf(await append(id, [event], evening + 11 * HOUR_MS))).toEqual(["repeated 1"]);
    expect(positionsOf(await append(id, [event], evening + 12 * HOUR_MS))).toEqual(["appended 2"]);
  });

  it("keeps two applications' keys and event ids apart", async () => {
    const [a, b] = [await anApplication(), await anApplication()];
    const event = aNewEvent({ eventId: "same", idempotencyHash: "same" });
    expect(positionsOf(await append(a.id, [event]))).toEqual(["appended 1"]);
    expect(positionsOf(await append(b.id, [event]))).toEqual(["appended 1"]);
  });

  it("makes one event of 100 simultaneous identical calls, by key and by event id", async () => {
    const { id } = await anApplication();
    const event = aNewEvent({ eventId: "once", idempotencyHash: "h" });
    const all = await Promise.all(Array.from({ length: 100 }, () => append(id, [event])));
    const kinds = all.flat().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "appended")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "repeated")).toHaveLength(99);
  });

  it("sees duplicates within one batch", async () => {
    const { id } = await anApplication();
    const event = aNewEvent({ eventId: "twice" });
    expect(positionsOf(await append(id, [event, event, aNewEvent()]))).toEqual([
      "appended 1",
      "conflict",
      "appended 2",
    ]);
  });

  it("writes one row for an event and one more for its key, whatever kinds of key it has", async () => {
    const { id } = await anApplication();
    const written = async (event: NewEvent) => {
      let rows = 0;
      await new EventLog(counted((meta) => (rows += meta.rows_written))).append(
        [{ application: id, implicit: null, events: [event] }],
        NOW_MS,
      );
      return rows;
    };
    expect(await written(aNewEvent())).toBe(1);
    expect(await written(aNewEvent({ idempotencyHash: "a" }))).toBe(2);
    expect(await written(aNewEvent({ eventId: "b", idempotencyHash: "b" }))).toBe(2);
    expect(await written(aNewEvent({ eventId: "b", idempotencyHash: "c" }))).toBe(0);
  });

  it("reads no more rows after many events than after few", async () => {
    const { id } = await anApplication();
    const rowsRead = async (event: NewEvent) => {
      let rows = 0;
      await new EventLog(counted((meta) => (rows += meta.rows_read))).append(
        [{ application: id, implicit: null, events: [event] }],
        NOW_MS,
      );
      return rows;
    };
    await append(id, [aNewEvent({ eventId: "e-0", idempotencyHash: "h-0" })]);
    const early = await rowsRead(aNewEvent({ eventId: "early", idempotencyHash: "early" }));
    const many = Array.from({ length: 300 }, (_, i) =>
      aNewEvent({ eventId: `m-${i}`, idempotencyHash: `m-${i}` }),
    );
    await append(id, many);
    expect(await rowsRead(aNewEvent({ eventId: "late", idempotencyHash: "late" }))).toBeLessThanOrEqual(
      early + 5,
    );
  });

  it("creates the application with its first event, once", async () => {
    const implicit = (key: number) => ({
      key,
      id: `app_implicit_${key}`,
      uid: "born-with-event",
      name: "n",
      ratePerSecond: null,
      metadata: {},
    });
    const call = (key: number) =>
      log().append(
        [{ application: "born-with-event", implicit: implicit(key), events: [aNewEvent()] }],
        NOW_MS,
      );
    const results = (await Promise.all([call(71), call(72), call(73)])).flat();
    const keys = new Set(results.map((result) => (result.kind === "done" ? result.appKey : null)));
    expect(keys.size).toBe(1);
    expect(
      results.flatMap((result) => (result.kind === "done" ? positionsOf(result.results) : [])).toSorted(),
    ).toEqual(["appended 1", "appended 2", "appended 3"]);
  });

  it("says so when there is no such application, and writes nothing", async () => {
    const before = await env.DB.prepare("SELECT COUNT(*) AS n FROM events").first("n");
    const [result] = await log().append(
      [{ application: "nobody", implicit: null, events: [aNewEvent()] }],
      NOW_MS,
    );
    expect(result).toEqual({ kind: "no-application" });
    expect(await env.DB.prepare("SELECT COUNT(*) AS n FROM events").first("n")).toBe(before);
  });
});

describe("EventLog.read", () => {
  it("keeps payloads to the byte", async () => {
    const { id, key } = await anApplication();
    const payload = '{ "big":12345678901234567890,\n"x":475.50, "e":"\\u00e9\u2028😀\\ud800" }';
    await append(id, [aNewEvent({ payload })]);
    expect((await log().read(key, [1], NOW_MS))[0]?.payload).toBe(payload);
  });

  it("returns in order what fits its bound, and always something", async () => {
    const { id, key } = await anApplication();
    const payload = JSON.stringify({ text: "x".repeat(1_000_000) });
    await append(
      id,
      Array.from({ length: 6 }, () => aNewEvent({ payload })),
    );
    const first = await log().read(key, [6, 2, 1, 3, 4, 5], NOW_MS);
    const fitting = Math.floor(LOG_FETCH_BYTES / payload.length);
    expect(first.map(({ position }) => position)).toEqual([1, 2, 3, 4].slice(0, fitting));
    expect((await log().read(key, [5, 6], NOW_MS)).map(({ position }) => position)).toEqual([5, 6]);
  });

  it("reads an expired payload as gone", async () => {
    const { id, key } = await anApplication();
    await append(id, [aNewEvent({ payloadExpiresAtMs: NOW_MS + HOUR_MS })]);
    expect((await log().get(key, 1, NOW_MS))?.payload).toBe('{"n":1}');
    expect((await log().get(key, 1, NOW_MS + HOUR_MS))?.payload).toBeNull();
  });
});

describe("purging", () => {
  it("removes old events with their event ids, and counts positions on from the newest", async () => {
    const { id, key } = await anApplication();
    await append(id, [aNewEvent({ eventId: "old-1" }), aNewEvent({ eventId: "old-2" })], NOW_MS);
    expect(await purgeEvents(env.DB, { appKey: key, beforeMs: NOW_MS + 1 })).toBe(false);
    expect(await log().get(key, 1, NOW_MS)).toBeNull();
    expect(await log().get(key, 2, NOW_MS)).toMatchObject({ payload: null });
    expect(await log().positionOfEventId(key, "old-1")).toBeNull();
    expect(positionsOf(await append(id, [aNewEvent()]))).toEqual(["appended 3"]);
  });

  it("removes payloads whose own retention has ended, and only those", async () => {
    const { id, key } = await anApplication();
    const until = (payloadExpiresAtMs: number | null) => aNewEvent({ payloadExpiresAtMs });
    await append(id, [until(NOW_MS + 1), until(NOW_MS + 3), until(null)], NOW_MS);
    const after = { appKey: key, position: 0 };
    expect(await expirePayloads(env.DB, { after, nowMs: NOW_MS + 2 })).toBeNull();
    const { results } = await env.DB.prepare("SELECT payload FROM events WHERE app_key = ? ORDER BY position")
      .bind(key)
      .all<{ payload: string | null }>();
    expect(results.map(({ payload }) => payload === null)).toEqual([true, false, false]);
  });

  it("keeps what is within retention", async () => {
    const { id, key } = await anApplication();
    await append(id, [aNewEvent(), aNewEvent()], NOW_MS);
    await purgeEvents(env.DB, { appKey: key, beforeMs: NOW_MS });
    expect((await log().get(key, 1, NOW_MS))?.payload).toBe('{"n":1}');
  });

  it("removes idempotency keys of days that no call looks at any more, and only those", async () => {
    const { id, key } = await anApplication();
    await append(id, [aNewEvent({ idempotencyHash: "old" })], NOW_MS - 2 * DAY_MS);
    await append(id, [aNewEvent({ idempotencyHash: "new" }), aNewEvent({ eventId: "e" })], NOW_MS);
    await purgeIdempotencyKeys(env.DB, { appKey: key, beforeDay: expiredKeysBelow(NOW_MS) });
    const { results } = await env.DB.prepare(
      "SELECT position FROM event_keys WHERE app_key = ? ORDER BY position",
    )
      .bind(key)
      .all();
    expect(results).toEqual([{ position: 2 }, { position: 3 }]);
  });
});
