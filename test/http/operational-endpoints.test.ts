/** The operational log: hidden, told of every change of an endpoint, read through ordinary endpoints. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OPERATIONAL_APP_ID } from "../../src/core/operational.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { tellOperational } from "../../src/service/operational.ts";
import { saveEndpoint } from "../../src/store/endpoint-changes.ts";
import { findEndpoint } from "../../src/store/endpoints.ts";
import {
  followerPosition,
  moveFollowerStatement,
  readOperational,
  startFollowing,
  stopFollowing,
} from "../../src/store/operational-log.ts";
import { api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import { interceptTarget, nowhere } from "../support/attempts.ts";
import { anEndpointOf, anEventType } from "../support/endpoints.ts";
import { anOperationalEndpoint, nobodyListens, OPERATIONAL, toldOf } from "../support/operational.ts";

beforeEach(nobodyListens);

describe("the hidden application", () => {
  it("is in no list and behind no route, and takes no messages", async () => {
    await anOperationalEndpoint();
    const { body } = await api("GET", "/api/v1/app?limit=250");
    expect(JSON.stringify(body)).not.toContain(OPERATIONAL_APP_ID);
    const app = `/api/v1/app/${OPERATIONAL_APP_ID}`;
    expect((await api("GET", app)).status).toBe(404);
    expect((await api("DELETE", app)).status).toBe(404);
    expect((await api("GET", `${app}/endpoint`)).status).toBe(404);
    expect((await api("GET", `${app}/msg`)).status).toBe(404);
    const message = { eventType: "endpoint.created", payload: {} };
    expect((await api("POST", `${app}/msg`, { json: message })).status).toBe(404);
    expect((await api("POST", `${app}/msg/batch`, { json: { messages: [message] } })).status).toBe(404);
    expect((await api("POST", `/api/v1/auth/app-portal-access/${OPERATIONAL_APP_ID}`)).status).toBe(404);
  });
});

describe("an operational endpoint", () => {
  it("has neither channels nor an application, and takes only operational event types", async () => {
    const types = ["endpoint.disabled", "message.attempt.exhausted"];
    const endpoint = await anOperationalEndpoint({ eventTypes: types, channels: ["a"], uid: unique("op") });
    expect(endpoint).toMatchObject({ eventTypes: types, disabled: false });
    expect(Object.keys(endpoint)).not.toContain("channels");
    await anEventType("operational.own").catch(() => {});
    const own = await api("POST", OPERATIONAL, { json: { url: nowhere(), eventTypes: ["operational.own"] } });
    expect(own.status).toBe(422);
    expect((await api("GET", `${OPERATIONAL}/${endpoint.uid}`)).body).toEqual(endpoint);
  });

  it("is created by PUT under an id of its own, and replaced by the next", async () => {
    const uid = unique("op");
    const put = (json: object) => api("PUT", `${OPERATIONAL}/${uid}`, { json: { uid, ...json } });
    const first = await put({ url: nowhere() });
    const second = await put({ url: nowhere(), description: "second" });
    expect([first.status, second.status]).toEqual([200, 200]);
    const { id } = first.body as { id: string };
    expect(second.body).toMatchObject({ id, description: "second" });
  });

  it("is not told of itself", async () => {
    const listener = await anOperationalEndpoint();
    await api("DELETE", `${OPERATIONAL}/${listener.id}`);
    expect(await toldOf(OPERATIONAL_APP_ID)).toEqual([]);
  });

  it("gets what is told, signed as Svix signs it", async () => {
    const url = nowhere();
    const requests = interceptTarget(url, () => new Response(null, { status: 204 }));
    try {
      const { id } = await anOperationalEndpoint({ url, eventTypes: ["endpoint.deleted"] });
      const app = await anApplication({ uid: unique("told") });
      const endpoint = await anEndpointOf(app.id, { uid: "its-uid", description: "theirs" });
      await api("DELETE", `/api/v1/app/${app.id}/endpoint/${endpoint.id}`);
      await vi.waitFor(() => expect(requests.length).toBe(1), { timeout: 10_000 });
      const [request] = requests;
      expect(JSON.parse(request?.body ?? "")).toEqual({
        type: "endpoint.deleted",
        data: {
          appId: app.id,
          appUid: app.uid,
          endpointId: endpoint.id,
          endpointUid: "its-uid",
          url: endpoint.url,
          description: "theirs",
        },
      });
      const { body } = await api("GET", `${OPERATIONAL}/${id}/secret`);
      const { Webhook } = await import("standardwebhooks");
      const headers = Object.fromEntries(request?.headers ?? []);
      const asStandard = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.replace(/^svix-/, "webhook-"), value]),
      );
      const webhook = new Webhook((body as { key: string }).key);
      expect(() => webhook.verify(request?.body ?? "", asStandard)).not.toThrow();
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe("changes of an endpoint", () => {
  it("are told, each in the order in which they were made", async () => {
    await anOperationalEndpoint({ eventTypes: ["background_task.finished"] });
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id);
    const path = `/api/v1/app/${app.id}/endpoint/${id}`;
    await api("PATCH", path, { json: { disabled: true } });
    await api("PATCH", path, { json: { disabled: false } });
    await api("POST", `${path}/secret/rotate`, { json: {} });
    await api("PUT", `${path}/headers`, { json: { headers: { "X-A": "1" } } });
    await api("DELETE", path);
    const told = await toldOf(app.id);
    expect(told.map(({ type }) => type)).toEqual([
      "endpoint.created",
      "endpoint.updated",
      "endpoint.disabled",
      "endpoint.updated",
      "endpoint.enabled",
      "endpoint.updated",
      "endpoint.updated",
      "endpoint.deleted",
    ]);
    expect(told[2]?.data).toMatchObject({ endpointId: id, trigger: "manual" });
    expect(told[1]?.data).not.toHaveProperty("trigger");
  });

  it("that are refused are not told", async () => {
    await anOperationalEndpoint();
    const app = await anApplication();
    const [taken, other] = [await anEndpointOf(app.id, { uid: "taken" }), await anEndpointOf(app.id)];
    const before = await toldOf(app.id);
    const path = `/api/v1/app/${app.id}/endpoint`;
    const refused = [
      await api("POST", path, { json: { url: taken.url, uid: "taken" } }),
      await api("PATCH", `${path}/${other.id}`, { json: { uid: "taken" } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([409, 409]);
    expect(await toldOf(app.id)).toEqual(before);
  });

  it("are told once when another writer comes too late by less than a millisecond", async () => {
    await anOperationalEndpoint();
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id);
    const row = await env.DB.prepare("SELECT app_key FROM endpoints WHERE id = ?").bind(id).first();
    const before = await findEndpoint(env.DB, Number(row?.["app_key"]), id);
    if (before === null) throw new Error("no endpoint");
    const save = { before, after: { ...before, disabled: true }, customDialect: null, atMs: Date.now() };
    const outcomes = [await saveEndpoint(env.DB, save), await saveEndpoint(env.DB, save)];
    expect(outcomes).toEqual(["saved", "changed"]);
    const types = (await toldOf(app.id)).map(({ type }) => type);
    expect(types).toEqual(["endpoint.created", "endpoint.updated", "endpoint.disabled"]);
  });

  it("write nothing when nobody listens", async () => {
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id);
    await api("DELETE", `/api/v1/app/${app.id}/endpoint/${id}`);
    expect(await toldOf(app.id)).toEqual([]);
  });
});

describe("a follower of the operational log", () => {
  const task = (taskId: string) => ({
    id: `background_task.finished.${taskId}`,
    event: {
      type: "background_task.finished" as const,
      data: { taskId, task: "endpoint.recover", status: "finished", data: { messagesSent: 2 } },
    },
  });

  it("reads from where it began, once each, and never moves back", async () => {
    const name = unique("follower");
    const ctx = createServiceContext(env);
    expect(await followerPosition(env.DB, name)).toBeNull();
    await startFollowing(env.DB, name, ctx.nowMs);
    const after = (await followerPosition(env.DB, name)) ?? -1;
    const told = [task(unique("qtask")), task(unique("qtask"))];
    await tellOperational(ctx, told);
    await tellOperational(ctx, told);
    const entries = await readOperational(env.DB, { after, limit: 10 });
    expect(entries.map(({ id, event }) => ({ id, event }))).toEqual(told);
    const position = entries.at(-1)?.position ?? 0;
    await moveFollowerStatement(env.DB, { name, position, nowMs: ctx.nowMs }).run();
    await moveFollowerStatement(env.DB, { name, position: after, nowMs: ctx.nowMs }).run();
    await startFollowing(env.DB, name, ctx.nowMs);
    expect(await followerPosition(env.DB, name)).toBe(position);
    await stopFollowing(env.DB, name);
    expect(await followerPosition(env.DB, name)).toBeNull();
  });

  it("alone is reason enough to tell", async () => {
    const name = unique("follower");
    await startFollowing(env.DB, name, Date.now());
    const app = await anApplication();
    await anEndpointOf(app.id);
    expect((await toldOf(app.id)).map(({ type }) => type)).toEqual(["endpoint.created"]);
    await stopFollowing(env.DB, name);
    await anEndpointOf(app.id);
    expect(await toldOf(app.id)).toHaveLength(1);
  });
});
