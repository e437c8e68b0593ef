import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { invariant } from "../../src/core/invariant.ts";
import { MAX_ENDPOINTS_PER_APP, MAX_SUBSCRIPTION_SPANS } from "../../src/core/limits/resources.ts";
import { wasSubscribed } from "../../src/core/matching.ts";
import {
  bumpEndpointsStatement,
  disableEndpointStatement,
  type EndpointFields,
  insertEndpoint,
  saveEndpoint,
} from "../../src/store/endpoint-changes.ts";
import { type EndpointRecord, findEndpoint, listEndpoints } from "../../src/store/endpoints.ts";
import { EventLog } from "../../src/store/event-log.ts";
import { anEndpoint, appendEvent, insertAnEndpoint, insertApplication } from "../support/endpoint-rows.ts";
import { aNewEvent } from "../support/log.ts";

async function read(endpoint: { appKey: number; endpointId: string }): Promise<EndpointRecord> {
  const record = await findEndpoint(env.DB, endpoint.appKey, endpoint.endpointId);
  invariant(record, "the endpoint is there");
  return record;
}

async function save(before: EndpointRecord, changes: Partial<EndpointFields>) {
  return saveEndpoint(env.DB, { before, after: { ...before, ...changes }, customDialect: null, atMs: 5 });
}

async function change(endpoint: { appKey: number; endpointId: string }, changes: Partial<EndpointFields>) {
  for (;;) {
    const outcome = await save(await read(endpoint), changes);
    if (outcome !== "changed") return outcome;
  }
}

const ALL = { eventTypes: null, channels: null };

function eventAt(position: number, eventType: string) {
  return {
    position,
    eventType,
    createdAtMs: 0,
    eventId: null,
    channels: null,
    tags: null,
    deliverAtMs: null,
  };
}

describe("the subscription history", () => {
  it("begins at the event after the newest one", async () => {
    const appKey = await insertApplication();
    await env.DB.batch([appendEvent(appKey), appendEvent(appKey)]);
    const endpoint = await insertAnEndpoint({ appKey, channels: ["a"] });
    const record = await read(endpoint);
    expect(record.spans).toEqual([{ from: 3, filter: { eventTypes: null, channels: ["a"] } }]);
    expect(record.version).toBe(1);
  });

  it("begins with nothing for an endpoint that is created disabled", async () => {
    const appKey = await insertApplication();
    const record = await read(await insertAnEndpoint({ appKey, disabled: true }));
    expect(record.spans).toEqual([{ from: 1, filter: null }]);
  });

  it("gets a new span behind the head as it is when the change is written, not when it was read", async () => {
    const appKey = await insertApplication();
    const before = await read(await insertAnEndpoint({ appKey }));
    await env.DB.batch([appendEvent(appKey), appendEvent(appKey)]);
    expect(await save(before, { eventTypes: ["paid"] })).toBe("saved");
    expect((await read(before)).spans).toEqual([
      { from: 1, filter: ALL },
      { from: 3, filter: { eventTypes: ["paid"], channels: null } },
    ]);
  });

  it("is untouched by a change of anything but filter and disabled flag", async () => {
    const appKey = await insertApplication();
    const before = await read(await insertAnEndpoint({ appKey }));
    await appendEvent(appKey).run();
    await save(before, { url: "https://example.com/other", metadata: { a: "b" } });
    const after = await read(before);
    expect(after.spans).toEqual(before.spans);
    expect(after.version).toBe(before.version + 1);
  });

  it("drops spans that settled events alone could need", async () => {
    const appKey = await insertApplication();
    const endpoint = await insertAnEndpoint({ appKey });
    for (const eventTypes of [["a"], ["b"]]) {
      await appendEvent(appKey).run();
      await change(endpoint, { eventTypes });
    }
    await env.DB.prepare(
      "INSERT INTO endpoint_status VALUES (?, ?, 2, 0, 1, 0, 0, NULL, 0, NULL, NULL, 0, NULL, NULL)",
    )
      .bind(appKey, endpoint.endpointKey)
      .run();
    await appendEvent(appKey).run();
    await change(endpoint, { eventTypes: ["c"] });
    expect((await read(endpoint)).spans.map(({ from }) => from)).toEqual([3, 4]);
  });

  it("does not grow while nothing is published between changes", async () => {
    const appKey = await insertApplication();
    const endpoint = await insertAnEndpoint({ appKey });
    for (let round = 0; round < 2 * MAX_SUBSCRIPTION_SPANS; round++) {
      expect(await change(endpoint, { disabled: round % 2 === 0 })).toBe("saved");
    }
    const { spans } = await read(endpoint);
    expect(spans.length).toBeLessThanOrEqual(2);
    expect(wasSubscribed(spans, eventAt(1, "any"))).toBe(true);
  });

  it("refuses to forget an unsettled filter, but always lets an endpoint be disabled", async () => {
    const appKey = await insertApplication();
    const endpoint = await insertAnEndpoint({ appKey });
    for (let round = 1; round < MAX_SUBSCRIPTION_SPANS; round++) {
      await appendEvent(appKey).run();
      expect(await change(endpoint, { eventTypes: [`t${round}`] })).toBe("saved");
    }
    await appendEvent(appKey).run();
    expect(await change(endpoint, { eventTypes: ["one.too.many"] })).toBe("too_many_spans");
    expect(await change(endpoint, { disabled: true })).toBe("saved");
    expect((await read(endpoint)).spans.length).toBe(MAX_SUBSCRIPTION_SPANS);
  });

  it("agrees with the fan-out of every event, however publishing and changes interleave", async () => {
    const appKey = await insertApplication();
    const endpoint = await insertAnEndpoint({ appKey });
    const application = (await env.DB.prepare("SELECT id FROM applications WHERE key = ?")
      .bind(appKey)
      .first<string>("id")) as string;
    const pushed = new Map<number, boolean>();
    const publish = async () => {
      const call = { application, implicit: null, events: [aNewEvent({ eventType: "a" })] };
      const [result] = await new EventLog(env.DB).append([call], 1);
      invariant(result?.kind === "done" && result.results[0]?.kind === "appended", "appended");
      const { position } = result.results[0].event;
      const spans = result.subscribers.map(({ span }) => span);
      pushed.set(position, wasSubscribed(spans, eventAt(position, "a")));
    };
    const changes: Partial<EndpointFields>[] = [
      { disabled: true },
      { disabled: false },
      { eventTypes: ["b"] },
      { eventTypes: ["a"] },
    ];
    const toggle = async () => {
      for (let round = 0; round < 24; round++) await change(endpoint, changes[round % 4] ?? {});
    };
    const publishAll = async () => {
      for (let round = 0; round < 40; round++) await Promise.all([publish(), publish(), publish()]);
    };
    await Promise.all([toggle(), publishAll()]);
    const { spans } = await read(endpoint);
    expect(pushed.size).toBe(120);
    const settled = [...pushed.keys()].map((position) => wasSubscribed(spans, eventAt(position, "a")));
    expect(settled).toEqual([...pushed.values()]);
  });
});

describe("writing an endpoint", () => {
  it("does nothing when it has changed since it was read", async () => {
    const appKey = await insertApplication();
    const before = await read(await insertAnEndpoint({ appKey }));
    expect(await save(before, { description: "first" })).toBe("saved");
    expect(await save(before, { description: "second" })).toBe("changed");
    expect((await read(before)).description).toBe("first");
  });

  it("refuses a uid that another endpoint of the application has", async () => {
    const appKey = await insertApplication();
    await insertAnEndpoint({ appKey, uid: "taken" });
    const second = await insertAnEndpoint({ appKey, uid: "own" });
    expect((await insertAnEndpoint({ appKey, uid: "taken" })).outcome).toBe("uid_taken");
    expect(await save(await read(second), { uid: "taken" })).toBe("uid_taken");
    const elsewhere = await insertApplication();
    expect((await insertAnEndpoint({ appKey: elsewhere, uid: "taken" })).outcome).toBe("inserted");
  });

  it("lets exactly one of many concurrent creations have a uid", async () => {
    const appKey = await insertApplication();
    const created = await Promise.all(
      Array.from({ length: 8 }, () => insertAnEndpoint({ appKey, uid: "wanted" })),
    );
    expect(created.map(({ outcome }) => outcome).sort()).toEqual([
      "inserted",
      ...Array.from({ length: 7 }, () => "uid_taken"),
    ]);
  });

  it("frees the uid and hides the endpoint on deletion", async () => {
    const appKey = await insertApplication();
    const before = await read(await insertAnEndpoint({ appKey, uid: "again" }));
    const after = { ...before, uid: null, disabled: true };
    const write = { before, after, customDialect: null, deleted: true, atMs: 9 };
    expect(await saveEndpoint(env.DB, write)).toBe("saved");
    expect(await findEndpoint(env.DB, appKey, before.endpointId)).toBeNull();
    expect(await findEndpoint(env.DB, appKey, "again")).toBeNull();
    expect((await insertAnEndpoint({ appKey, uid: "again" })).outcome).toBe("inserted");
  });

  it("refuses a custom dialect that does not exist at that moment", async () => {
    const appKey = await insertApplication();
    const before = await read(await insertAnEndpoint({ appKey }));
    const after = { ...before, policy: { dialect: "never-defined" } };
    expect(await saveEndpoint(env.DB, { before, after, customDialect: "never-defined", atMs: 1 })).toBe(
      "changed",
    );
  });

  it("refuses an application that is deleted, or whose dialect changed since it was read", async () => {
    const appKey = await insertApplication({ dialect: "clawbook" });
    expect((await insertAnEndpoint({ appKey })).outcome).toBe("application_changed");
    const applicationPolicy = { dialect: "clawbook" };
    expect((await insertAnEndpoint({ appKey, applicationPolicy })).outcome).toBe("inserted");
    await env.DB.prepare("UPDATE applications SET deleted_at = 1 WHERE key = ?").bind(appKey).run();
    expect((await insertAnEndpoint({ appKey, applicationPolicy })).outcome).toBe("application_changed");
  });

  it(`allows ${MAX_ENDPOINTS_PER_APP} live endpoints an application`, async () => {
    const appKey = await insertApplication();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO endpoints (app_key, key, id, url, description, disabled, spans, metadata, policy, version,
         created_at, updated_at) SELECT ?1, i, 'ep_' || i, 'https://example.com/', '', 0, '[]', '{}', '{}', 1, 0, 0 FROM n`,
    )
      .bind(appKey, MAX_ENDPOINTS_PER_APP - 1)
      .run();
    expect(await insertEndpoint(env.DB, anEndpoint({ appKey }))).toBe("inserted");
    expect(await insertEndpoint(env.DB, anEndpoint({ appKey }))).toBe("limit_reached");
    await env.DB.prepare("UPDATE endpoints SET deleted_at = 1 WHERE app_key = ? AND key = 1")
      .bind(appKey)
      .run();
    expect(await insertEndpoint(env.DB, anEndpoint({ appKey }))).toBe("inserted");
  });
});

describe("the service's own writes", () => {
  it("disable an endpoint from the next event on, once, and only as it was judged", async () => {
    const appKey = await insertApplication();
    const endpoint = await read(await insertAnEndpoint({ appKey }));
    await appendEvent(appKey).run();
    const disable = (version: number) =>
      disableEndpointStatement(env.DB, {
        appKey,
        endpointKey: endpoint.endpointKey,
        version,
        reason: "gone",
        atMs: 7,
      }).all();
    expect((await disable(99)).results).toEqual([]);
    expect((await disable(1)).results).toEqual([{ version: 2 }]);
    expect((await disable(2)).results).toEqual([]);
    expect(await read(endpoint)).toMatchObject({
      disabled: true,
      disabledReason: "gone",
      version: 2,
      spans: [
        { from: 1, filter: ALL },
        { from: 2, filter: null },
      ],
    });
  });

  it("bump every live endpoint of one application", async () => {
    const appKey = await insertApplication();
    const other = await insertApplication();
    const mine = await insertAnEndpoint({ appKey });
    const theirs = await insertAnEndpoint({ appKey: other });
    const { results } = await bumpEndpointsStatement(env.DB, appKey).all();
    expect(results).toEqual([{ key: mine.endpointKey, id: mine.endpointId }]);
    expect([(await read(mine)).version, (await read(theirs)).version]).toEqual([2, 1]);
  });
});

describe("reading endpoints", () => {
  it("finds one by id or uid, within its application only", async () => {
    const appKey = await insertApplication();
    const other = await insertApplication();
    const endpoint = await insertAnEndpoint({ appKey, uid: "mine" });
    expect((await findEndpoint(env.DB, appKey, "mine"))?.endpointId).toBe(endpoint.endpointId);
    expect(await findEndpoint(env.DB, other, "mine")).toBeNull();
    expect(await findEndpoint(env.DB, other, endpoint.endpointId)).toBeNull();
    expect(await findEndpoint(env.DB, appKey, "ep_000000000000000000000000000")).toBeNull();
  });

  it.each([
    { ascending: true, want: [1, 2] },
    { ascending: false, want: [1, 0] },
  ])("lists them by id beyond a cursor, ascending: $ascending", async ({ ascending, want }) => {
    const appKey = await insertApplication();
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.push((await insertAnEndpoint({ appKey })).endpointId);
    const from = ascending ? (ids[0] ?? null) : (ids[2] ?? null);
    const rows = await listEndpoints(env.DB, appKey, { from, ascending, count: 5 });
    expect(rows.map(({ endpointId }) => ids.indexOf(endpointId))).toEqual(want);
    expect(await listEndpoints(env.DB, appKey, { from: null, ascending, count: 1 })).toHaveLength(1);
  });
});
