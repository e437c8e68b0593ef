import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, type Stage } from "./stage.ts";

const DONE_WITHIN = { timeout: 30_000, interval: 100 };
const HOUR_MS = 3_600_000;

export function tasksSection(stage: Stage): void {
  const anHourAgo = () => new Date(Date.now() - HOUR_MS);

  /** What the task has found, once it has ended well. */
  async function resultOf(begun: Promise<{ id: string; status: string }>): Promise<Record<string, unknown>> {
    const { id } = await begun;
    expect(id).toMatch(/^qtask_/);
    const task = () => stage.svix().backgroundTask.get(id);
    await expect.poll(async () => (await task()).status, DONE_WITHIN).toBe("finished");
    return (await task()).data as Record<string, unknown>;
  }

  /** An application with one message, and a path at the receiver that has not been used. */
  async function aMessage() {
    const appId = await stage.anApp();
    const path = unique("tasks");
    const url = stage.receiver().url + path;
    const got = () => stage.receiver().requests.filter((request) => request.path === `/${path}`).length;
    const publish = () => stage.svix().message.create(appId, { eventType: "a.b", payload: { n: 1 } });
    return { appId, url, got, publish };
  }

  it("recovers what failed", async () => {
    const { appId, url, got, publish } = await aMessage();
    let isDown = true;
    stage.receiver().behave(() => ({ status: isDown ? 500 : 200 }));
    const { id } = await stage.svix().endpoint.create(appId, { url });
    await publish();
    await expect.poll(got, DONE_WITHIN).toBe(1);
    isDown = false;
    const sent = () => stage.svix().messageAttempt.listAttemptedMessages(appId, id);
    await expect.poll(async () => (await sent()).data[0]?.status, DONE_WITHIN).toBe(3);
    await resultOf(stage.svix().endpoint.recover(appId, id, { since: anHourAgo() }));
    await expect.poll(async () => (await sent()).data[0]?.status, DONE_WITHIN).toBe(0);
    stage.receiver().behave(() => ({}));
  });

  it("sends what an endpoint was never sent, and what it was sent once more", async () => {
    const { appId, url, got, publish } = await aMessage();
    await publish();
    const { id } = await stage.svix().endpoint.create(appId, { url });
    const missing = stage.svix().endpoint.replayMissing(appId, id, { since: anHourAgo() });
    expect(await resultOf(missing)).toMatchObject({ messagesSent: 1 });
    await expect.poll(got, DONE_WITHIN).toBe(1);
    const standing = async () =>
      (await stage.svix().messageAttempt.listAttemptedMessages(appId, id)).data[0]?.status;
    await expect.poll(standing, DONE_WITHIN).toBe(0);
    const again = stage.svix().endpoint.bulkReplay(appId, id, { since: anHourAgo(), eventTypes: ["a.b"] });
    expect(await resultOf(again)).toMatchObject({ messagesSent: 1 });
    await expect.poll(got, DONE_WITHIN).toBe(2);
  });

  it("forgets all payloads of an application", async () => {
    const { appId, publish } = await aMessage();
    const { id } = await publish();
    const purged = await resultOf(stage.svix().message.expungeAllContents(appId));
    expect(purged).toMatchObject({ messagesPurged: 1 });
    const { payload } = await stage.svix().message.get(appId, id, { withContent: true });
    expect(payload).toEqual({ expired: true });
  });

  it("counts what applications use, and what their endpoints ask for", async () => {
    const { appId, url, got, publish } = await aMessage();
    await stage.svix().endpoint.create(appId, { url });
    await publish();
    await expect.poll(got, DONE_WITHIN).toBe(1);
    const range = { since: anHourAgo(), until: new Date(Date.now() + HOUR_MS) };
    const begun = await stage.svix().statistics.aggregateAppStats({ ...range, appIds: [appId, "none-such"] });
    expect(begun.unresolvedAppIds).toEqual(["none-such"]);
    const { appStats } = await resultOf(Promise.resolve(begun));
    expect(appStats).toMatchObject([{ appId, messageDestinations: 1 }]);
    const asked = await resultOf(stage.svix().statistics.aggregateEventTypes());
    const own = (asked["event_types"] as { appId: string }[]).find((one) => one.appId === appId);
    expect(own).toMatchObject({ hasCatchAllEndpoint: true, explicitlySubscribedEventTypes: [] });
  });

  it("lists tasks by kind and status, and knows no others", async () => {
    const { appId } = await aMessage();
    const { id } = await stage.svix().message.expungeAllContents(appId);
    await resultOf(Promise.resolve({ id, status: "running" }));
    const options = { limit: 1, task: "application.purge_content", status: "finished" };
    const { data } = await stage.svix().backgroundTask.list(options as never);
    expect(data).toMatchObject([{ id, task: "application.purge_content", status: "finished" }]);
    expect(await stage.refusalOf(stage.svix().backgroundTask.get("qtask_none"))).toEqual(NOT_FOUND);
  });
}
