import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_TASK_RESULT_CHARS, TASK_STALE_MS } from "../../src/core/limits/tasks.ts";
import { RETENTION_MS } from "../../src/core/limits/upkeep.ts";
import { DAY_MS } from "../../src/core/units.ts";
import worker from "../../src/index.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { keepUpTasks } from "../../src/service/tasks/background-tasks.ts";
import { broadcast } from "../../src/service/tasks/broadcast.ts";
import {
  advanceTask,
  getTask,
  insertTask,
  type NewTask,
  withResults,
} from "../../src/store/background-tasks.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";
import { aMessageOf, anAttemptOf } from "../support/attempts.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";
import { aTask, endedTask, type TaskJson, taskOf } from "../support/tasks.ts";

const PATH = "/api/v1/background-task";

type Page = { data: TaskJson[]; iterator: string | null; prevIterator: string | null; done: boolean };

async function page(query: string, token?: string): Promise<Page> {
  const { status, body } = await api("GET", `${PATH}?${query}`, token === undefined ? {} : { token });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Page;
}

function expungeAll(appId: string) {
  return aTask("POST", `/api/v1/app/${appId}/msg/expunge-all-contents`);
}

function contextAt(nowMs: number) {
  return { ...createServiceContext(env), nowMs };
}

describe("background tasks", () => {
  it("are listed newest first, by status and kind, and paged in both directions", async () => {
    const { id: appId } = await anApplication();
    const token = await aConsumerToken(appId);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await endedTask((await expungeAll(appId)).id)).id);
    expect((await page("", token)).data.map(({ id }) => id)).toEqual(ids.toReversed());
    expect((await page("order=ascending", token)).data.map(({ id }) => id)).toEqual(ids);
    const first = await page("limit=2", token);
    expect(first).toMatchObject({ done: false, iterator: ids[1] });
    const second = await page(`limit=2&iterator=${first.iterator}`, token);
    expect(second.data.map(({ id }) => id)).toEqual([ids[0]]);
    expect(second.done).toBe(true);
    const back = await page(`limit=2&iterator=${second.prevIterator}`, token);
    expect(back.data.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect((await page("status=running", token)).data).toEqual([]);
    expect((await page("task=message.broadcast", token)).data).toEqual([]);
    expect((await page("status=finished&task=application.purge_content", token)).data).toHaveLength(3);
    expect(locationsOf(await api("GET", `${PATH}?iterator=qtask_short`))).toEqual([["query", "iterator"]]);
  });

  it("of other applications, or of all, are unknown to a consumer", async () => {
    const { id: appId } = await anApplication();
    const token = await aConsumerToken((await anApplication()).id);
    const own = await aTask("PUT", "/api/v1/stats/usage/event-types");
    for (const { id } of [await expungeAll(appId), own]) {
      expect((await api("GET", `${PATH}/${id}`, { token })).status).toBe(404);
    }
    expect((await page("", token)).data).toEqual([]);
  });

  it("whose worker died are gone on with by the upkeep, once nobody works on them any more", async () => {
    const { id: appId } = await anApplication();
    await aMessageOf(appId);
    const task = await abandonedTask({ appKey: null, kind: "event-type.aggregate" });
    await keepUpTasks(contextAt(Date.now()));
    expect((await taskOf(task.id)).status).toBe("running");
    await keepUpTasks(contextAt(Date.now() + TASK_STALE_MS + 1000));
    const { status, data } = await taskOf(task.id);
    expect(status).toBe("finished");
    expect(data["event_types"]).toContainEqual({
      ...{ appId, explicitlySubscribedEventTypes: [], hasCatchAllEndpoint: false },
    });
  });

  it("are gone on with by the cron", async () => {
    const task = await abandonedTask({ appKey: null, kind: "event-type.aggregate" }, Date.now() - DAY_MS);
    await worker.scheduled?.({} as ScheduledController, env);
    expect((await taskOf(task.id)).status).toBe("finished");
  });

  it("are forgotten after 90 days, with what they found", async () => {
    const task = await abandonedTask(
      { appKey: null, kind: "event-type.aggregate" },
      Date.now() - RETENTION_MS - 1,
    );
    const written = await getTask(env.DB, task.id);
    if (written === null) throw new Error("no task");
    const step = { status: "finished" as const, cursor: {}, data: {}, nowMs: 1 };
    await advanceTask(env.DB, { ...step, task: written, lists: { event_types: [1] } });
    await keepUpTasks(contextAt(Date.now()));
    expect((await api("GET", `${PATH}/${task.id}`)).status).toBe(404);
    const left = env.DB.prepare("SELECT COUNT(*) AS n FROM background_task_results WHERE task_id = ?");
    expect(await left.bind(task.id).first()).toEqual({ n: 0 });
  });

  it("keep of what they find only as much as one answer can hold, and say so", async () => {
    const task = await abandonedTask({ appKey: null, kind: "event-type.aggregate" });
    const written = await getTask(env.DB, task.id);
    if (written === null) throw new Error("no task");
    const nearlyFull = { ...written, resultChars: MAX_TASK_RESULT_CHARS - 10 };
    const step = { status: "running" as const, cursor: {}, data: {}, nowMs: 1 };
    const after = await advanceTask(env.DB, {
      ...{ ...step, task: nearlyFull, lists: { event_types: ["x".repeat(100)] } },
    });
    expect(after).toMatchObject({ data: { truncated: true }, resultChars: nearlyFull.resultChars });
  });

  it("are written by whoever has seen the last step: a step done twice counts once", async () => {
    const task = await abandonedTask({ appKey: null, kind: "event-type.aggregate" });
    const written = await getTask(env.DB, task.id);
    if (written === null) throw new Error("no task");
    const step = { status: "running" as const, cursor: {}, data: {}, lists: { event_types: [1] }, nowMs: 1 };
    const next = await advanceTask(env.DB, { ...step, task: written });
    expect(next).toMatchObject({ step: 1 });
    expect(await advanceTask(env.DB, { ...step, task: written })).toBeNull();
    const [view] = next === null ? [] : await withResults(env.DB, [next]);
    expect(view?.lists).toEqual({ event_types: [1] });
  });
});

/** As one whose worker died right after writing it down. */
async function abandonedTask(
  fields: Pick<NewTask, "appKey" | "kind"> & Partial<NewTask>,
  nowMs = Date.now(),
): Promise<NewTask> {
  const task: NewTask = {
    id: `qtask_${nowMs < Date.now() - DAY_MS * 2 ? "0" : "3"}${crypto.randomUUID().replaceAll("-", "").slice(0, 26)}`,
    ...{ endpointKey: null, input: {}, cursor: { after: "" }, data: {} },
    ...fields,
  };
  expect(await insertTask(env.DB, task, { maxRunning: 1000, nowMs })).toMatchObject({ ...task, step: 0 });
  return task;
}

describe("forgetting all payloads of an application", () => {
  it("removes those there are by then, says how many, and leaves other applications alone", async () => {
    const [{ id: appId }, { id: other }] = [await anApplication(), await anApplication()];
    const messages = [await aMessageOf(appId), await aMessageOf(appId), await aMessageOf(appId)];
    const kept = await aMessageOf(other);
    await api("DELETE", `/api/v1/app/${appId}/msg/${messages[0]?.id}/content`);
    const task = await expungeAll(appId);
    expect(task).toMatchObject({ task: "application.purge_content", status: "running" });
    const { status, data } = await endedTask(task.id);
    expect({ status, data }).toEqual({
      status: "finished",
      data: { messagesPurged: 2, progress: { done: 3, total: 3 } },
    });
    for (const { id } of messages) {
      const { body } = await api("GET", `/api/v1/app/${appId}/msg/${id}`);
      expect(body).toMatchObject({ payload: { expired: true } });
    }
    const later = await aMessageOf(appId);
    for (const [app, { id, payload }] of [[appId, later] as const, [other, kept] as const]) {
      expect((await api("GET", `/api/v1/app/${app}/msg/${id}`)).body).toMatchObject({ payload });
    }
  });
});

describe("a message to all applications", () => {
  const send = (json: unknown) => aTask("POST", "/api/v1/msg/broadcast", { json });

  it("is published byte for byte in each, once, and the task lists where", async () => {
    const apps = [await anApplication(), await anApplication()];
    const eventType = unique("all.told");
    const text = `{"eventType":"${eventType}","payload":{"big": 12345678901234567890, "b":1 }}`;
    const { status, body } = await api("POST", "/api/v1/msg/broadcast", { text });
    expect(status, JSON.stringify(body)).toBe(202);
    const { id } = body as TaskJson;
    const { data } = await endedTask(id);
    const created = data["messagesCreated"] as { appId: string; msgId: string }[];
    expect(data["messagesFailed"]).toEqual([]);
    for (const { id: appId } of apps) {
      const mine = created.filter((one) => one.appId === appId);
      expect(mine).toHaveLength(1);
      const message = await api("GET", `/api/v1/app/${appId}/msg/${mine[0]?.msgId}`);
      expect(message.text).toContain('"payload":{"big": 12345678901234567890, "b":1 }');
    }
  });

  it("makes no second event when a step is done twice, however much later", async () => {
    const { id: appId } = await anApplication();
    const eventType = unique("all.told");
    const input = { eventType, eventId: null, channels: null, payloadExpiresAtMs: null, payload: "{}" };
    const { id } = await abandonedTask({ appKey: null, kind: "message.broadcast", input });
    const task = await getTask(env.DB, id);
    if (task === null) throw new Error("no task");
    const mine = { ...task, input: { ...input, appIds: [appId] } };
    expect(await broadcast(contextAt(Date.now()), mine)).toMatchObject({ status: "finished" });
    expect(await broadcast(contextAt(Date.now() + 2 * DAY_MS), mine)).toBeNull();
    const list = await api("GET", `/api/v1/app/${appId}/msg?event_types=${eventType}`);
    expect((list.body as Page).data).toHaveLength(1);
  });

  it("fails where its event id is taken, and nowhere else", async () => {
    const [{ id: taken }, { id: free }] = [await anApplication(), await anApplication()];
    const eventId = unique("event");
    await aMessageOf(taken, { eventId });
    const { id } = await send({ eventType: "all.told", eventId, payload: { n: 1 } });
    const { data } = await endedTask(id);
    expect(data["messagesFailed"]).toEqual([
      { appId: taken, reason: "A message with this event id already exists" },
    ]);
    expect((data["messagesCreated"] as { appId: string }[]).map(({ appId }) => appId)).toContain(free);
  });
});

describe("usage", () => {
  it("counts the attempts of each application in a range, and says which it does not know", async () => {
    const uid = unique("app");
    const { id: appId } = await anApplication({ uid });
    const { id: quiet } = await anApplication();
    const { id: endpointId } = await anEndpointOf(appId, { eventTypes: [await someEventType()] });
    const messages = [await aMessageOf(appId), await aMessageOf(appId)] as const;
    const startedAtMs = Date.now();
    const before = { startedAtMs: startedAtMs - DAY_MS, status: 2, statusCode: 500 } as const;
    await anAttemptOf(messages[0], endpointId, before);
    for (const message of messages) await anAttemptOf(message, endpointId, { startedAtMs });
    const json = {
      since: new Date(startedAtMs - 60_000).toISOString(),
      until: new Date(startedAtMs + 60_000).toISOString(),
      appIds: [uid, quiet, "none-such"],
    };
    const task = await aTask("POST", "/api/v1/stats/usage/app", { json });
    expect(task["unresolvedAppIds"]).toEqual(["none-such"]);
    const { data } = await endedTask(task.id);
    expect(data).toMatchObject({ progress: { done: 2, total: 2 } });
    expect(data["appStats"]).toHaveLength(2);
    expect(data["appStats"]).toContainEqual({ messageDestinations: 2, appId, appUid: uid });
    expect(data["appStats"]).toContainEqual({ messageDestinations: 0, appId: quiet, appUid: null });
    const unknown = { ...json, appIds: ["none-such"] };
    expect(locationsOf(await api("POST", "/api/v1/stats/usage/app", { json: unknown }))).toEqual([
      ["body", "appIds"],
    ]);
  });

  it("lists the event types that each application's endpoints ask for", async () => {
    const { id: appId } = await anApplication();
    const names = [await someEventType(), await someEventType()].sort();
    await anEndpointOf(appId, { eventTypes: names });
    await anEndpointOf(appId, { eventTypes: names.slice(0, 1), disabled: true });
    const { id: all } = await anApplication();
    await anEndpointOf(all);
    const { data } = await endedTask((await aTask("PUT", "/api/v1/stats/usage/event-types")).id);
    expect(data["event_types"]).toContainEqual({
      ...{ appId, explicitlySubscribedEventTypes: names, hasCatchAllEndpoint: false },
    });
    expect(data["event_types"]).toContainEqual({
      ...{ appId: all, explicitlySubscribedEventTypes: [], hasCatchAllEndpoint: true },
    });
  });
});

async function someEventType(): Promise<string> {
  const name = unique("type");
  expect((await api("POST", "/api/v1/event-type", { json: { name, description: "" } })).status).toBe(201);
  return name;
}
