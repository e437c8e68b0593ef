import { afterEach, describe, expect, it, vi } from "vitest";
import { attemptId, parseAttemptId } from "../../src/core/ids.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import {
  type AttemptJson,
  aMessageOf,
  anAttemptOf,
  aQuietApp,
  attemptsAt,
  FAILED,
  idsOf,
  interceptTarget,
  nowhere,
  untilAttempted,
} from "../support/attempts.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

afterEach(() => vi.restoreAllMocks());

describe("the log of a delivery", () => {
  it("shows a first attempt with all that Svix's clients parse, and its kind of failure", async () => {
    const { id: appId } = await anApplication();
    const headers = { authorization: "secret", "x-team": "blue" };
    const endpoint = await anEndpointOf(appId, { url: nowhere(), headers });
    const requests = interceptTarget(endpoint.url, () => new Response("no thanks", { status: 503 }));
    const message = await aMessageOf(appId, { channels: ["c"] });
    const [attempt] = await untilAttempted(appId, message.id);
    expect(attempt).toMatchObject({
      msgId: message.id,
      endpointId: endpoint.id,
      url: endpoint.url,
      response: "no thanks",
      responseStatusCode: 503,
      status: 2,
      statusText: "fail",
      triggerType: 0,
      failure: "status",
    });
    expect(attempt?.id).toMatch(/^atmpt_[A-Za-z0-9]{27}$/);
    expect(attempt?.responseDurationMs).toBeGreaterThanOrEqual(0);
    expect(Date.parse(attempt?.nextAttempt ?? "")).toBeGreaterThan(Date.parse(attempt?.timestamp ?? ""));
    expect(requests).toHaveLength(1);

    const path = `/api/v1/app/${appId}/msg/${message.id}/attempt/${attempt?.id}`;
    expect((await api("GET", path)).body).toEqual(attempt);
    const { body } = await api("GET", `${path}/headers`);
    expect(body).toMatchObject({ sensitive: expect.arrayContaining(["authorization", "x-team"]) });
    expect(JSON.stringify(body)).not.toContain("blue");
    expect(JSON.stringify(body)).not.toContain("secret");
    const { responseHeaders } = body as { responseHeaders: [string, string][] };
    expect(responseHeaders).toContainEqual(["content-type", "text/plain;charset=UTF-8"]);
  });

  it("shows the error text and status code 0 where there was no response, and no headers of one", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const id = await anAttemptOf(message, endpoint.id, {
      ...{ status: 2, statusCode: 0, failure: "timeout", response: "no response within 15000 ms" },
    });
    const { data } = await attemptsAt(`${app}/attempt/endpoint/${endpoint.id}?status_code_class=0`);
    expect(data).toMatchObject([
      { id, responseStatusCode: 0, response: "no response within 15000 ms", failure: "timeout" },
    ]);
    expect((await api("GET", `${app}/msg/${message.id}/attempt/${id}/headers`)).body).toMatchObject({
      responseHeaders: null,
      sensitive: [],
    });
  });

  it("shows {} for the response when content is not wanted, and the message without its payload when it is", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId, { tags: ["t"] });
    await anAttemptOf(message, endpoint.id);
    const { data } = await attemptsAt(
      `${app}/attempt/endpoint/${endpoint.id}?with_content=false&with_msg=true`,
    );
    expect(data).toMatchObject([{ response: "{}", msg: { ...message, payload: {} } }]);
  });

  it("stays readable by message after its endpoint was deleted, while the endpoint is unknown", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const id = await anAttemptOf(message, endpoint.id);
    await api("DELETE", `${app}/endpoint/${endpoint.id}`);
    expect(idsOf(await attemptsAt(`${app}/attempt/msg/${message.id}`))).toEqual([id]);
    expect(idsOf(await attemptsAt(`${app}/attempt/msg/${message.id}?endpoint_id=${endpoint.id}`))).toEqual([
      id,
    ]);
    expect((await api("GET", `${app}/msg/${message.id}/attempt/${id}`)).status).toBe(200);
    expect((await api("GET", `${app}/attempt/endpoint/${endpoint.id}`)).status).toBe(404);
  });
});

/** Everything from a place on, in pages of 2. */
async function walk(path: string, start: { iterator?: string } = {}) {
  const seen: string[] = [];
  let iterator = start.iterator;
  for (;;) {
    const page = await attemptsAt(
      `${path}${path.includes("?") ? "&" : "?"}limit=2${iterator ? `&iterator=${iterator}` : ""}`,
    );
    const backwards = iterator?.startsWith("-");
    seen.push(...(backwards ? idsOf(page).reverse() : idsOf(page)));
    if (page.done) return { seen, last: page };
    iterator = (backwards ? page.prevIterator : page.iterator) ?? "";
  }
}

describe("pages of attempts", () => {
  it("walk an endpoint's attempts newest first, and back again", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const made: string[] = [];
    for (let count = 0; count < 5; count++)
      made.push(await anAttemptOf(await aMessageOf(appId), endpoint.id));
    const path = `${app}/attempt/endpoint/${endpoint.id}`;
    const { seen, last } = await walk(path);
    expect(seen).toEqual(made.toReversed());
    expect(last.iterator).toBe(made[0]);
    const back = await walk(path, { iterator: `-${made[0]}` });
    expect(back.seen).toEqual(made.slice(1));
  });

  it("merge a message's attempts at many endpoints by time, none lost or repeated at any edge", async () => {
    const { appId, app, endpoints } = await aQuietApp(4);
    const message = await aMessageOf(appId);
    const startedAtMs = Date.parse(message.timestamp) + 1000;
    const made: string[] = [];
    // The same millisecond, hence the same key at each endpoint: only the endpoint tells them apart.
    for (const { id } of endpoints) {
      made.push(await anAttemptOf(message, id, { startedAtMs }));
      made.push(await anAttemptOf(message, id, { startedAtMs: startedAtMs + 60_000 }));
    }
    const path = `${app}/attempt/msg/${message.id}`;
    const ordered = made.toSorted().toReversed();
    expect((await walk(path)).seen).toEqual(ordered);
    expect((await walk(path, { iterator: `-${ordered.at(-1)}` })).seen).toEqual(
      ordered.toReversed().slice(1),
    );
    expect(await attemptsAt(`${path}?limit=8`)).toMatchObject({ done: true });
    expect((await walk(`${app}/msg/${message.id}/attempt`)).seen).toEqual(ordered);
  });

  it("begin at the oldest with after alone, shown newest first", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const at = Date.parse(message.timestamp) + 1000;
    const made: string[] = [];
    for (const n of [0, 1, 2, 3])
      made.push(await anAttemptOf(message, endpoint.id, { startedAtMs: at + n * 1000 }));
    const time = (n: number) => new Date(at + n * 1000).toISOString();
    for (const path of [`${app}/attempt/endpoint/${endpoint.id}`, `${app}/attempt/msg/${message.id}`]) {
      const page = await attemptsAt(`${path}?limit=2&after=${time(1)}`);
      expect(idsOf(page)).toEqual([made[2], made[1]]);
      expect(page.done).toBe(false);
      expect(idsOf(await attemptsAt(`${path}?iterator=${page.prevIterator}`))).toEqual([made[3]]);
      expect(idsOf(await attemptsAt(`${path}?after=${time(1)}&before=${time(3)}`))).toEqual([
        made[2],
        made[1],
      ]);
    }
  });

  it("are empty with null iterators where there is nothing", async () => {
    const { app, endpoint } = await aQuietApp();
    expect(await attemptsAt(`${app}/attempt/endpoint/${endpoint.id}`)).toEqual({
      data: [],
      iterator: null,
      prevIterator: null,
      done: true,
    });
  });

  it("refuse an iterator that no attempt ever had with 422", async () => {
    const { app, endpoint } = await aQuietApp();
    const answer = await api(
      "GET",
      `${app}/attempt/endpoint/${endpoint.id}?iterator=atmpt_${"1".repeat(27)}`,
    );
    expect(locationsOf(answer)).toEqual([["query", "iterator"]]);
  });
});

describe("filters of attempts", () => {
  it.each<{ query: string; want: string[] }>([
    { query: "status=0", want: ["good"] },
    { query: "status=2", want: ["other", "bad"] },
    { query: "status=1", want: [] },
    { query: "status_code_class=500", want: ["bad"] },
    { query: "status_code_class=400", want: ["other"] },
    { query: "channel=left", want: ["other", "good"] },
    { query: "tag=vip", want: ["bad"] },
    { query: "event_types=a.b,none", want: ["other"] },
    { query: "event_types[]=a.b&event_types[]=thing.done", want: ["other", "good", "bad"] },
    { query: "event_types[0]=thing.done&status=2", want: ["bad"] },
  ])("$query", async ({ query, want }) => {
    const { appId, app, endpoint } = await aQuietApp();
    const names = new Map<string, string>();
    const bad = await aMessageOf(appId, { tags: ["vip"] });
    names.set(await anAttemptOf(bad, endpoint.id, FAILED), "bad");
    const good = await aMessageOf(appId, { channels: ["left", "right"] });
    names.set(await anAttemptOf(good, endpoint.id), "good");
    const other = await aMessageOf(appId, { channels: ["left"], eventType: "a.b" });
    names.set(await anAttemptOf(other, endpoint.id, { ...FAILED, statusCode: 404 }), "other");
    const path = `${app}/attempt/endpoint/${endpoint.id}`;
    expect(idsOf(await attemptsAt(`${path}?${query}`)).map((id) => names.get(id))).toEqual(want);
    expect((await api("GET", `${path}/count?${query}`)).body).toEqual({
      count: want.length,
      approximated: false,
    });
  });

  it("endpoint_id asks one endpoint, by id or uid, as the older route does", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const named = await anEndpointOf(appId, { url: nowhere(), channels: ["another"], uid: "mine" });
    const message = await aMessageOf(appId);
    await anAttemptOf(message, endpoint.id);
    const id = await anAttemptOf(message, named.id);
    const path = `${app}/attempt/msg/${message.id}`;
    for (const name of [named.id, "mine"]) {
      expect(idsOf(await attemptsAt(`${path}?endpoint_id=${name}`))).toEqual([id]);
      expect(idsOf(await attemptsAt(`${app}/msg/${message.id}/endpoint/${name}/attempt`))).toEqual([id]);
    }
    expect((await api("GET", `${path}?endpoint_id=none-such`)).status).toBe(404);
  });
});

describe("one attempt", () => {
  it("is found under its own message and application only", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId, { eventId: "own-id" });
    const another = await aMessageOf(appId);
    const id = await anAttemptOf(message, endpoint.id);
    const elsewhere = await aQuietApp();
    const foreign = await aMessageOf(elsewhere.appId);
    const status = async (path: string) => (await api("GET", path)).status;
    expect(await status(`${app}/msg/${message.id}/attempt/${id}`)).toBe(200);
    expect(await status(`${app}/msg/own-id/attempt/${id}`)).toBe(200);
    expect(await status(`${app}/msg/${another.id}/attempt/${id}`)).toBe(404);
    expect(await status(`${elsewhere.app}/msg/${message.id}/attempt/${id}`)).toBe(404);
    // At the same position of another application's log.
    expect(await status(`${elsewhere.app}/msg/${foreign.id}/attempt/${id}`)).toBe(404);
    expect(await status(`${elsewhere.app}/attempt/msg/${message.id}`)).toBe(404);
    expect(await status(`${elsewhere.app}/attempt/endpoint/${endpoint.id}`)).toBe(404);
    const made = parseAttemptId(id);
    const never = made && attemptId({ ...made, attemptKey: made.attemptKey + 1 });
    expect(await status(`${app}/msg/${message.id}/attempt/${never}`)).toBe(404);
  });

  it("loses its response for good, and only that", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const another = await aMessageOf(appId);
    const id = await anAttemptOf(message, endpoint.id);
    const path = `${app}/msg/${message.id}/attempt/${id}`;
    const before = (await api("GET", path)).body as AttemptJson;
    expect((await api("DELETE", `${app}/msg/${another.id}/attempt/${id}/content`)).status).toBe(404);
    expect((await api("DELETE", `${path}/content`)).status).toBe(204);
    expect((await api("GET", path)).body).toEqual({ ...before, response: "EXPUNGED" });
  });
});
