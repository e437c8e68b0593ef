import { afterEach, describe, expect, it, vi } from "vitest";
import { MAX_MANUAL_SENDS } from "../../src/core/limits/endpoint-object.ts";
import { api } from "../support/api.ts";
import { aConsumerToken } from "../support/apps.ts";
import {
  aMessageOf,
  aQuietApp,
  eventOfMessage,
  interceptTarget,
  type MessageJson,
  nowhere,
  untilAttempted,
  withQueueOf,
} from "../support/attempts.ts";
import { anEndpointOf, type EndpointJson } from "../support/endpoints.ts";

afterEach(() => vi.restoreAllMocks());

describe("resending by hand", () => {
  const resendPath = (app: string, message: MessageJson, endpoint: EndpointJson) =>
    `${app}/msg/${message.id}/endpoint/${endpoint.id}/resend`;

  it("makes one more attempt, also to an endpoint that does not listen to it, with or without a body", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const requests = interceptTarget(endpoint.url, () => new Response("again", { status: 500 }));
    expect(await api("POST", resendPath(app, message, endpoint))).toMatchObject({ status: 202, body: {} });
    const [attempt] = await untilAttempted(appId, message.id);
    expect(attempt).toMatchObject({
      ...{ triggerType: 1, status: 2, response: "again", nextAttempt: null, endpointId: endpoint.id },
    });
    expect(requests[0]?.headers.get("webhook-id")).toBe(message.id);
    expect(requests[0]?.body).toBe(JSON.stringify(message.payload));
    expect((await api("POST", resendPath(app, message, endpoint), { json: {} })).status).toBe(202);
    await untilAttempted(appId, message.id, 2);
    expect(requests).toHaveLength(2);
  });

  it("is refused for a message whose payload is gone, a disabled endpoint, a foreign one", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const disabled = await anEndpointOf(appId, { url: nowhere(), disabled: true });
    const foreign = await aQuietApp();
    expect(await api("POST", resendPath(app, message, disabled))).toMatchObject({
      status: 400,
      body: { code: "endpoint_disabled" },
    });
    expect((await api("POST", resendPath(app, message, foreign.endpoint))).status).toBe(404);
    expect((await api("POST", resendPath(foreign.app, message, foreign.endpoint))).status).toBe(404);
    const soon = await aMessageOf(appId, { payloadRetentionHours: 1 });
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_001);
    expect(await api("POST", resendPath(app, soon, endpoint))).toMatchObject({
      status: 400,
      body: { code: "missing_payload" },
    });
  });

  it("is refused while too many wait", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const { appKey } = eventOfMessage(message);
    await withQueueOf({ appKey, endpointId: endpoint.id }, (queue) => {
      for (let count = 0; count < MAX_MANUAL_SENDS; count++) queue.addManualSend(1_000_000 + count);
    });
    expect(await api("POST", resendPath(app, message, endpoint))).toMatchObject({
      status: 400,
      body: { code: "limit_reached" },
    });
  });

  it("is a consumer's right within its own application only", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const other = await aQuietApp();
    const token = await aConsumerToken(other.appId);
    expect((await api("POST", resendPath(app, message, endpoint), { token })).status).toBe(404);
    expect((await api("POST", resendPath(other.app, message, other.endpoint), { token })).status).toBe(404);
  });
});
