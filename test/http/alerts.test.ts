/** What the table of routes does not say about alert rules, alert addresses and egress. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_ALERT_RULES_PER_APP } from "../../src/core/limits/alerts.ts";
import { parseConfig } from "../../src/env.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { nowhere } from "../support/attempts.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

const RULE = { metric: "webhook-failures", threshold: 5, window: "1h" };

describe("an alert rule", () => {
  it("is shown as it was made", async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { url: nowhere(), uid: "its-uid" });
    const json = { ...RULE, name: "mine", window: "90m", endpointId: "its-uid" };
    const { status, body } = await api("POST", `/api/v1/app/${appId}/alert`, { json });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^alert_[0-9A-Za-z]{27}$/),
      name: "mine",
      metric: "webhook-failures",
      threshold: 5,
      window: "90m",
      endpointId: endpoint.id,
      createdAt: expect.any(String),
      lastFiredAt: null,
    });
    const { id } = body as { id: string };
    expect((await api("GET", `/api/v1/app/${appId}/alert/${id}`)).body).toEqual(body);
    expect((await api("GET", `/api/v1/app/${appId}/alert`)).body).toMatchObject({ data: [body], done: true });
  });

  it.each<[string, Record<string, unknown>]>([
    ["window", { window: "59s" }],
    ["window", { window: "8d" }],
    ["window", { window: 3600 }],
    ["metric", { metric: "webhook-latency" }],
    ["threshold", { threshold: 0 }],
    ["threshold", { threshold: 1.5 }],
    ["endpointId", { endpointId: "none-such" }],
    ["name", { name: "a\nb" }],
  ])("is refused for its %s: %j", async (field, wrong) => {
    const { id } = await anApplication();
    const answer = await api("POST", `/api/v1/app/${id}/alert`, { json: { ...RULE, ...wrong } });
    expect(locationsOf(answer)).toEqual([["body", field]]);
  });

  it("is one of a bounded number", async () => {
    const { id } = await anApplication();
    const path = `/api/v1/app/${id}/alert`;
    for (let made = 0; made < MAX_ALERT_RULES_PER_APP; made++) {
      expect((await api("POST", path, { json: RULE })).status).toBe(201);
    }
    expect((await api("POST", path, { json: RULE })).body).toMatchObject({ code: "limit_reached" });
    const { body } = await api("GET", `${path}?limit=30`);
    const { iterator } = body as { iterator: string };
    expect((await api("GET", `${path}?limit=30&iterator=${iterator}`)).body).toMatchObject({ done: true });
  });

  it("of another application is not there", async () => {
    const [one, other] = [await anApplication(), await anApplication()];
    const { body } = await api("POST", `/api/v1/app/${one.id}/alert`, { json: RULE });
    const path = `/api/v1/app/${other.id}/alert/${(body as { id: string }).id}`;
    expect((await api("GET", path)).status).toBe(404);
    expect((await api("DELETE", path)).status).toBe(404);
  });
});

describe("the alert e-mail", () => {
  const metadataOf = async (id: string) =>
    ((await api("GET", `/api/v1/app/${id}`)).body as { metadata: unknown }).metadata;

  it("is kept in the application's metadata beside what else is there, until it is removed", async () => {
    const { id } = await anApplication({ metadata: { other: "kept" } });
    const patch = (json: unknown) => api("PATCH", `/api/v1/app/${id}/alert-email`, { json });
    expect((await patch({ email: " a@b.example,c@d.example " })).status).toBe(204);
    expect(await metadataOf(id)).toEqual({ other: "kept", "svix.email": "a@b.example, c@d.example" });
    expect((await patch({})).status).toBe(204);
    expect(await metadataOf(id)).toHaveProperty(["svix.email"]);
    expect((await patch({ email: null })).status).toBe(204);
    expect(await metadataOf(id)).toEqual({ other: "kept" });
  });

  it("is refused when it is none, or more than the metadata may hold", async () => {
    const { id } = await anApplication({ metadata: { other: "x".repeat(4070) } });
    for (const email of ["nobody", "a@b.example\r\nBcc: c@d.example", "", "a@b.example"]) {
      const answer = await api("PATCH", `/api/v1/app/${id}/alert-email`, { json: { email } });
      expect(locationsOf(answer)).toEqual([["body", "email"]]);
    }
    expect(await metadataOf(id)).not.toHaveProperty(["svix.email"]);
  });
});

describe("where requests come from", () => {
  it("is said to be no fixed address when the deployment names none", async () => {
    expect((await api("GET", "/api/v1/egress")).body).toEqual({ ranges: [], fixed: false });
  });

  it("is what the deployment names, in its usual form", () => {
    const POSTHORN_EGRESS_RANGES = "203.0.113.0/24, 2001:0DB8::/32";
    expect(parseConfig({ ...env, POSTHORN_EGRESS_RANGES }).egressRanges).toEqual([
      "203.0.113.0/24",
      "2001:db8::/32",
    ]);
  });

  it.each([
    { POSTHORN_EGRESS_RANGES: "203.0.113.7/24" },
    { POSTHORN_MAIL_FROM: "Posthorn <a@b.example>" },
    { POSTHORN_PUBLIC_URL: "https://a.example/path" },
  ])("and the other settings are refused when they cannot work: %j", (wrong) => {
    const [name = ""] = Object.keys(wrong);
    expect(() => parseConfig({ ...env, ...wrong })).toThrow(name);
  });
});

describe("alert addresses", () => {
  it("are shown to who looks at the application, with whether mail can be sent at all", async () => {
    const { id } = await anApplication();
    const path = `/api/v1/app/${id}/alert-email`;
    expect((await api("GET", path)).body).toEqual({
      addresses: [],
      canSend: false,
      from: null,
      lastMailAt: null,
    });
    await api("PATCH", path, { json: { email: "a@b.example, c@d.example" } });
    expect((await api("GET", path)).body).toMatchObject({ addresses: ["a@b.example", "c@d.example"] });
  });
});
