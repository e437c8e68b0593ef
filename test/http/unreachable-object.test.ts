/** One endpoint's object that cannot be reached, as the platform has it now and then. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { ORIGIN } from "../support/api.ts";
import { aMessageOf, anAttemptOf, aQuietApp } from "../support/attempts.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

/** The namespace, but that objects with these ids in their names fail. */
function without(...endpointIds: string[]): typeof env.ENDPOINT {
  const lost = Object.assign(new Error("Network connection lost."), { retryable: true });
  return new Proxy(env.ENDPOINT, {
    get(target, property) {
      if (property !== "getByName") return Reflect.get(target, property);
      return (name: string) => {
        const isLost = endpointIds.some((id) => name.endsWith(id));
        return isLost ? new Proxy({}, { get: () => () => Promise.reject(lost) }) : target.getByName(name);
      };
    },
  });
}

async function get(path: string, ENDPOINT: typeof env.ENDPOINT) {
  const headers = { authorization: `Bearer ${env.POSTHORN_KEY}` };
  const response = await createApp().request(ORIGIN + path, { headers }, { ...env, ENDPOINT });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function aStage() {
  const { appId, app, endpoints } = await aQuietApp(2);
  const [lost = "", other = ""] = endpoints.map(({ id }) => id);
  const message = await aMessageOf(appId);
  await anAttemptOf(message, lost);
  const attempt = await anAttemptOf(message, other);
  return { app, lost, other, message, attempt };
}

describe("an endpoint whose object cannot be reached", () => {
  it("is named in a message's attempts, and takes no other's with it", async () => {
    const { app, lost, other, message, attempt } = await aStage();
    const path = `${app}/attempt/msg/${message.id}`;
    expect(await get(path, without(lost))).toMatchObject({
      status: 200,
      body: { data: [{ id: attempt, endpointId: other }], unreachable: [lost] },
    });
    expect((await get(path, without())).body).not.toHaveProperty("unreachable");
    const none = await get(path, without(lost, other));
    expect(none).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(none.headers.get("retry-after")).toBe("1");
  });

  it("takes no other's with it from a message's endpoints either", async () => {
    const { app, lost, other, message } = await aStage();
    expect(await get(`${app}/msg/${message.id}/endpoint`, without(lost))).toMatchObject({
      status: 200,
      body: { data: [{ id: other, statusText: "success" }] },
    });
  });

  it("is answered with 503 where it alone is asked", async () => {
    const { app, lost } = await aStage();
    for (const path of [`${app}/attempt/endpoint/${lost}`, `${app}/endpoint/${lost}/msg`]) {
      const answer = await get(path, without(lost));
      expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
    }
  });
});
