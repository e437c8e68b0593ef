import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createServiceContext, type ServiceContext } from "../../src/service/context.ts";
import { acceptChecked } from "../../src/service/messages/accept-checked.ts";
import { RecentValues } from "../../src/service/recent-values.ts";
import { api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import { aNewEvent } from "../support/log.ts";

/** Of a deployment that wants payloads checked. */
function checkingContext(): ServiceContext {
  const ctx = createServiceContext(env);
  return { ...ctx, config: { ...ctx.config, validatePayloads: true } };
}

async function aType(schema: unknown): Promise<string> {
  const name = unique("type");
  await api("POST", "/api/v1/event-type", { json: { name, description: "", schemas: { "1": schema } } });
  return name;
}

async function kindsOf(application: string, eventType: string, payloads: unknown[]) {
  const events = payloads.map((payload) => ({
    event: aNewEvent({ eventType, payload: JSON.stringify(payload) }),
    payload,
  }));
  const result = await acceptChecked(checkingContext(), { application, implicit: null, events });
  return result.kind === "accepted" ? result.results.map(({ kind }) => kind) : result.kind;
}

describe("a deployment that wants payloads checked", () => {
  it("checks those of every application", async () => {
    const { id } = await anApplication();
    const type = await aType({ required: ["id"] });
    expect(await kindsOf(id, type, [{ id: 1 }, {}, { id: 2 }])).toEqual(["appended", "unfit", "appended"]);
    expect(await kindsOf(id, type, [{}])).toEqual(["unfit"]);
  });

  it("leaves an application alone that opts out", async () => {
    const { id } = await anApplication();
    await api("PATCH", `/api/v1/app/${id}/delivery-policy`, { json: { validatePayloads: false } });
    expect(await kindsOf(id, await aType({ required: ["id"] }), [{}])).toEqual(["appended"]);
  });

  it("says of an application that is not there just that", async () => {
    expect(await kindsOf("app_none", await aType({ required: ["id"] }), [{}])).toBe("no-application");
  });

  it("takes an event whose schema the validator cannot work with", async () => {
    const { id } = await anApplication();
    const type = await aType(true);
    await env.DB.prepare(`UPDATE event_types SET schemas = '{"1":{"type":"strnig"}}' WHERE name = ?1`)
      .bind(type)
      .run();
    expect(await kindsOf(id, type, [{}])).toEqual(["appended"]);
  });
});

describe("RecentValues", () => {
  it("forgets what is too old, and the oldest when there is too much", () => {
    const values = new RecentValues<number>(2, 10);
    values.set("a", 1, 0);
    values.set("b", 2, 5);
    expect([values.get("a", 9), values.get("a", 10), values.get("b", 10)]).toEqual([1, undefined, 2]);
    values.set("c", 3, 6);
    expect([values.get("a", 6), values.get("b", 6), values.get("c", 6)]).toEqual([undefined, 2, 3]);
    values.clear();
    expect(values.get("c", 6)).toBeUndefined();
  });

  it("reads what it does not know once, keeps no null, and nothing that was read before it was cleared", async () => {
    const values = new RecentValues<number>(2, 10);
    let reads = 0;
    const read = (value: number | null, meanwhile = () => {}) => {
      const reading = async () => {
        reads += 1;
        meanwhile();
        return value;
      };
      return values.getOrRead("a", 0, reading);
    };
    expect([await read(null), reads]).toEqual([null, 1]);
    expect([await read(1, () => values.clear()), reads]).toEqual([1, 2]);
    expect([await read(2), await read(3), reads]).toEqual([2, 2, 3]);
  });
});
