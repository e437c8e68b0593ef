/** `/events/me/socket`: events and acknowledgements over a WebSocket, at a hub that sleeps in between. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { parseMessageId } from "../../src/core/ids.ts";
import { SOCKET_TOKEN_CHECK_MS } from "../../src/core/limits/pull.ts";
import { forgetCachedTokens } from "../../src/service/access/tokens.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { tellHubs } from "../../src/service/pull/tell-hubs.ts";
import { anAgentSocket } from "../support/agent-socket.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { aMessageOf } from "../support/attempts.ts";

const SOON = { timeout: 10_000, interval: 10 };

async function anAgent(count = 0) {
  const { id: appId } = await anApplication();
  const token = await aConsumerToken(appId);
  const { id } = await aMessageOf(appId, { eventType: "first.one" });
  const appKey = parseMessageId(id)?.appKey ?? 0;
  const ack = (json: object) => api("POST", "/events/me/events/ack", { token, json });
  const publish = (fields: Record<string, unknown> = {}) => aMessageOf(appId, fields);
  for (let n = 1; n < count; n++) await publish();
  const hub = () => env.FEED_HUB.getByName(String(appKey));
  return { appId, appKey, token, publish, ack, hub };
}

describe("a socket", () => {
  it("brings what there is, then what comes, in the application's dialect", async () => {
    const { token, publish } = await anAgent(2);
    const agent = await anAgentSocket(token);
    expect(agent.response.status).toBe(101);
    await expect.poll(agent.ids, SOON).toEqual([1, 2]);
    await publish({ eventType: "order.received", payload: { order_id: "o1" } });
    await expect.poll(agent.ids, SOON).toEqual([1, 2, 3]);
    expect(agent.frames.at(-1)).toMatchObject({
      type: "events",
      events: [{ event_id: 3, event_type: "order.received", payload: { order_id: "o1" } }],
      next: 3,
    });
  });

  it("resumes behind a position, and shows the types asked for", async () => {
    const { token, publish } = await anAgent(3);
    const [resumed, typed] = [
      await anAgentSocket(token, "?after=2"),
      await anAgentSocket(token, "?types=b.c"),
    ];
    await publish({ eventType: "b.c" });
    await publish();
    await expect.poll(resumed.ids, SOON).toEqual([3, 4, 5]);
    await expect.poll(typed.ids, SOON).toEqual([4]);
  });

  it("takes acknowledgements, which hold for who comes later", async () => {
    const { token } = await anAgent(4);
    const agent = await anAgentSocket(token);
    await expect.poll(agent.ids, SOON).toEqual([1, 2, 3, 4]);
    agent.say({ type: "ack", event_ids: [1, 3], id: "first" });
    await expect
      .poll(() => agent.frames.at(-1), SOON)
      .toEqual({ type: "acked", acknowledged_up_to: 1, id: "first" });
    const other = await anAgentSocket(token);
    await expect.poll(other.ids, SOON).toEqual([2, 4]);
    other.say({ type: "ack", up_to: 4 });
    await expect.poll(() => other.frames.at(-1), SOON).toEqual({ type: "acked", acknowledged_up_to: 4 });
  });

  it("never brings what is acknowledged, also elsewhere and beyond the first frame", async () => {
    const { token, ack, publish } = await anAgent(5);
    await ack({ event_ids: [2, 4] });
    const agent = await anAgentSocket(token, "?limit=1");
    await expect.poll(agent.ids, SOON).toEqual([1, 3, 5]);
    await publish();
    await expect.poll(agent.ids, SOON).toEqual([1, 3, 5, 6]);
  });

  it("answers what it cannot do with an error, and stays open", async () => {
    const { token, appId } = await anAgent(1);
    const agent = await anAgentSocket(token, "?after=1");
    const wrong: [unknown, string][] = [
      ["no json", "validation"],
      [{ type: "dance" }, "validation"],
      [{ type: "ack" }, "validation"],
      [{ type: "ack", up_to: 2 }, "validation"],
      ["x".repeat(70_000), "validation"],
    ];
    for (const [frame] of wrong) agent.say(frame);
    await expect
      .poll(() => agent.frames.map(({ code }) => code), SOON)
      .toEqual(wrong.map(([, code]) => code));
    agent.say({ type: "ack", up_to: 1 });
    await expect.poll(() => agent.frames.at(-1)?.type, SOON).toBe("acked");
    const reader = await anAgentSocket(await aConsumerToken(appId, { readOnly: true }));
    reader.say({ type: "ack", up_to: 1 });
    await expect.poll(() => reader.frames.at(-1)?.code, SOON).toBe("insufficient access");
  });

  it("waits for its agent once much has been sent, and goes on when it hears of it", async () => {
    const { token, publish } = await anAgent(1);
    const payload = { text: "x".repeat(400_000) };
    for (let n = 2; n <= 5; n++) await publish({ payload });
    const agent = await anAgentSocket(token);
    await expect.poll(() => agent.frames.at(-1)?.paused, SOON).toBe(true);
    const before = agent.ids();
    expect(before.length).toBeLessThan(5);
    await publish();
    agent.say({ type: "more" });
    await expect.poll(agent.ids, SOON).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("is for consumers, with the token as bearer or, for browsers, among the protocols", async () => {
    const { token, appId } = await anAgent(1);
    const browser = await anAgentSocket("", "", { "sec-websocket-protocol": `posthorn, ${token}` });
    expect(browser.response.status).toBe(101);
    expect(browser.response.headers.get("sec-websocket-protocol")).toBe("posthorn");
    await expect.poll(browser.ids, SOON).toEqual([1]);
    expect((await anAgentSocket("appsk_none")).response.status).toBe(401);
    expect((await anAgentSocket(env.POSTHORN_KEY)).response.status).toBe(403);
    expect((await anAgentSocket(token, `?token=${token}`, {})).response.status).toBe(401);
    expect((await api("GET", "/events/me/socket", { token })).status).toBe(400);
    expect(
      (
        await api("GET", `/api/v1/app/${appId}`, {
          token: null,
          headers: { "sec-websocket-protocol": token },
        })
      ).status,
    ).toBe(401);
  });

  it("closes with its token before the next event, not after", async () => {
    const { appId, token, publish } = await anAgent(1);
    const agent = await anAgentSocket(token, "?after=1");
    const other = await anAgentSocket(await aConsumerToken(appId), "?after=1");
    await api("POST", `/api/v1/auth/app/${appId}/expire-all`, { json: {} });
    const third = await anAgentSocket(await aConsumerToken(appId), "?after=1");
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + SOCKET_TOKEN_CHECK_MS);
    await publish();
    expect([await agent.closed, await other.closed]).toEqual([4401, 4401]);
    vi.restoreAllMocks();
    await expect.poll(third.ids, SOON).toEqual([2]);
    expect([agent.frames, other.frames]).toEqual([[], []]);
  });

  it("closes when its token is not valid any more", async () => {
    const { appId, token, publish } = await anAgent(1);
    const agent = await anAgentSocket(token, "?after=1");
    await api("POST", `/api/v1/auth/app/${appId}/expire-all`, { json: {} });
    forgetCachedTokens();
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + SOCKET_TOKEN_CHECK_MS);
    agent.say({ type: "ack", up_to: 1 });
    expect(await agent.closed).toBe(4401);
    vi.restoreAllMocks();
    await publish();
    expect(agent.frames).toEqual([]);
  });
});

describe("with leases", () => {
  it("each of a consumer's workers gets its share, and the next only after an acknowledgement", async () => {
    const { token, publish } = await anAgent(5);
    const query = "?lease_seconds=60&limit=2";
    const one = await anAgentSocket(token, query);
    await expect.poll(one.ids, SOON).toEqual([1, 2]);
    const other = await anAgentSocket(token, query);
    await expect.poll(other.ids, SOON).toEqual([3, 4]);
    await publish();
    one.say({ type: "ack", event_ids: [2] });
    one.say({ type: "ack", event_ids: [1] });
    await expect.poll(one.ids, SOON).toEqual([1, 2, 5, 6]);
    expect(other.ids()).toEqual([3, 4]);
  });

  it("what a worker has died with comes to another one when its time is over", async () => {
    const { token, hub } = await anAgent(1);
    const dead = await anAgentSocket(token, "?lease_seconds=1");
    await expect.poll(dead.ids, SOON).toEqual([1]);
    const other = await anAgentSocket(token, "?lease_seconds=60");
    dead.close();
    await expect
      .poll(() => runInDurableObject(hub(), (_hub, state) => state.storage.getAlarm()), SOON)
      .not.toBeNull();
    await expect.poll(other.ids, SOON).toEqual([1]);
  });
});

describe("the hub of sockets", () => {
  it("sleeps without forgetting anybody: who is awake again is sent what is published, and nothing twice", async () => {
    const { token, publish, hub } = await anAgent(1);
    const agents = [await anAgentSocket(token), await anAgentSocket(token, "?after=0&types=first.one,b.c")];
    for (const agent of agents) await expect.poll(agent.ids, SOON).toEqual([1]);
    await evictDurableObject(hub());
    await publish({ eventType: "b.c" });
    for (const agent of agents) await expect.poll(agent.ids, SOON).toEqual([1, 2]);
    await evictDurableObject(hub());
    agents[0]?.say({ type: "ack", up_to: 2 });
    await expect.poll(() => agents[0]?.frames.at(-1)?.type, SOON).toBe("acked");
    expect(agents.map((agent) => agent.ids())).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("goes on where an agent made it wait, also after a sleep", async () => {
    const { token, publish, hub } = await anAgent(1);
    const payload = { text: "x".repeat(600_000) };
    for (let n = 2; n <= 4; n++) await publish({ payload });
    const agent = await anAgentSocket(token);
    await expect.poll(() => agent.frames.at(-1)?.paused, SOON).toBe(true);
    await evictDurableObject(hub());
    for (let n = 0; n < 3; n++) agent.say({ type: "more" });
    await expect.poll(agent.ids, SOON).toEqual([1, 2, 3, 4]);
  });

  it("answers pings in its sleep", async () => {
    const { token, hub } = await anAgent(1);
    const agent = await anAgentSocket(token, "?after=1");
    await evictDurableObject(hub());
    agent.say('{"type":"ping"}');
    await expect.poll(() => agent.frames, SOON).toEqual([{ type: "pong" }]);
  });

  it("leaves no timer behind, and stays marked as waited for", async () => {
    const { token, appKey, hub } = await anAgent(1);
    const agent = await anAgentSocket(token, "?after=1");
    expect(await runInDurableObject(hub(), (_hub, state) => state.storage.getAlarm())).toBeNull();
    const marked = () =>
      env.DB.prepare("SELECT app_key FROM live_applications WHERE app_key = ?").bind(appKey).first();
    expect(await marked()).not.toBeNull();
    await hub().published(1);
    expect(await marked()).not.toBeNull();
    agent.close();
  });

  it("is told by the upkeep of what it was never told, once", async () => {
    const { token, appKey, hub, publish } = await anAgent(1);
    const agent = await anAgentSocket(token);
    await expect.poll(agent.ids, SOON).toEqual([1]);
    await tellHubs(createServiceContext(env));
    const unmark = env.DB.prepare("DELETE FROM live_applications WHERE app_key = ?").bind(appKey);
    const mark = env.DB.prepare("INSERT INTO live_applications (app_key, told_up_to) VALUES (?, 1)").bind(
      appKey,
    );
    // Nobody tells the hub of what is appended while it is not marked.
    await unmark.run();
    await publish();
    await mark.run();
    await evictDurableObject(hub());
    expect(agent.ids()).toEqual([1]);
    await tellHubs(createServiceContext(env));
    await expect.poll(agent.ids, SOON).toEqual([1, 2]);
    const told = env.DB.prepare("SELECT told_up_to FROM live_applications WHERE app_key = ?").bind(appKey);
    expect(await told.first("told_up_to")).toBe(2);
  });
});
