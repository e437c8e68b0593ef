/** What an inbox says of the signatures of what it received, by the secrets of the endpoints that point there. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_INBOX_SIGNERS } from "../../src/core/limits/inbox.ts";
import { signatureHeaders } from "../../src/wire/index.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { aMessageOf } from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";

const SOON = { timeout: 20_000, interval: 50 };
const STANDARD = { scheme: "standard", headerPrefix: "webhook" } as const;
const DIALECTS = ["standard", "svix", "clawlabor", "clawbook", "clawget", "swiftclaw"];

type Signature = {
  verdict: string;
  endpointId: string | null;
  reason: string | null;
  changedAt: string | null;
};

async function anInbox() {
  const { id: appId } = await anApplication();
  const path = `/api/v1/app/${appId}`;
  const { url } = (await api("PUT", `${path}/inbox`, { json: {} })).body as { url: string };
  const token = new URL(url).pathname.split("/")[2] ?? "";
  const signatures = async () => {
    const { body } = await api("GET", `${path}/inbox/requests`);
    return (body as { data: { signature: Signature }[] }).data.map(({ signature }) => signature);
  };
  const rotate = (id: string, json: object) => api("POST", `${path}/endpoint/${id}/secret/rotate`, { json });
  const secretOf = async (id: string) =>
    ((await api("GET", `${path}/endpoint/${id}/secret`)).body as { key: string }).key;
  return { appId, path, url, signatures, rotate, secretOf, stub: env.INBOX.getByName(token) };
}

/** Sends as a sender with this secret would. */
async function sendSigned(url: string, secret: string, { body = "{}", atMs = Date.now() } = {}) {
  const secrets = [{ value: secret, expiresAtMs: null }];
  const headers = await signatureHeaders(STANDARD, { id: "msg_1", body, secrets, nowMs: atMs });
  await exports.default.fetch(new Request(url, { method: "POST", body, headers }));
}

describe("what an inbox says of a signature", () => {
  it.each(DIALECTS)("is valid of a delivery under %s, and names the endpoint", async (dialect) => {
    const { appId, path, url, signatures } = await anInbox();
    const { id } = await anEndpointOf(appId, { url, secret: `whsec_${btoa("k".repeat(32))}` });
    await api("PATCH", `${path}/endpoint/${id}/delivery-policy`, { json: { dialect } });
    await aMessageOf(appId, { payload: { text: "é" } });
    await expect
      .poll(signatures, SOON)
      .toEqual([{ verdict: "valid", endpointId: id, reason: null, changedAt: null }]);
  });

  it("is valid under a key pair, and below the inbox's URL", async () => {
    const { appId, url, signatures } = await anInbox();
    const { id } = await anEndpointOf(appId, { url: `${url}/below?x=1`, secret: "whsk_" });
    await aMessageOf(appId);
    await expect.poll(signatures, SOON).toMatchObject([{ verdict: "valid", endpointId: id }]);
  });

  it("is that nobody signed where no endpoint points, and that a foreign secret did where one does", async () => {
    const { appId, url, signatures } = await anInbox();
    await sendSigned(url, "whsec_Zm9yZWlnbg==");
    expect(await signatures()).toMatchObject([{ verdict: "no_endpoint", endpointId: null }]);
    const other = await anInbox();
    await anEndpointOf(other.appId, { url, secret: "whsec_Zm9yZWlnbmZvcmVpZ25mb3JlaWduZm9yZWlnbg==" });
    expect(await signatures()).toMatchObject([{ verdict: "no_endpoint" }]);
    const { id } = await anEndpointOf(appId, { url });
    await sendSigned(url, "whsec_Zm9yZWlnbg==");
    await exports.default.fetch(new Request(url, { method: "POST", body: "{}" }));
    const [unsigned, foreign, early] = await signatures();
    expect(unsigned).toEqual({
      verdict: "not_signed",
      endpointId: id,
      reason: "the header webhook-id is missing",
      changedAt: null,
    });
    expect(foreign).toMatchObject({ verdict: "not_valid", endpointId: id, changedAt: null });
    expect(early).toMatchObject({ verdict: "not_valid", changedAt: expect.any(String) });
  });

  it("never holds the signature that would be right, nor a secret", async () => {
    const { appId, path, url, secretOf } = await anInbox();
    const { id } = await anEndpointOf(appId, { url });
    const secret = await secretOf(id);
    await sendSigned(url, "whsec_Zm9yZWlnbg==", { body: "chosen", atMs: 1_700_000_000_000 });
    const secrets = [{ value: secret, expiresAtMs: null }];
    const right = await signatureHeaders(STANDARD, {
      id: "msg_1",
      body: "chosen",
      secrets,
      nowMs: 1_700_000_000_000,
    });
    const shown = JSON.stringify((await api("GET", `${path}/inbox/requests`)).body);
    expect(shown).toContain("not_valid");
    expect(shown).not.toContain(right["webhook-signature"]?.slice("v1,".length) ?? "");
    expect(shown).not.toContain(secret.slice("whsec_".length));
  });

  it("goes by when the request came, not by when somebody looks", async () => {
    const { appId, url, signatures, secretOf, stub } = await anInbox();
    const { id } = await anEndpointOf(appId, { url });
    const secret = await secretOf(id);
    await sendSigned(url, secret, { atMs: Date.now() - 400_000 });
    expect(await signatures()).toMatchObject([
      {
        verdict: "out_of_time",
        endpointId: id,
        reason: expect.stringMatching(/was 40\d s old when it came/),
      },
    ]);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE requests SET at = at - 400000");
    });
    expect(await signatures()).toMatchObject([{ verdict: "valid" }]);
  });

  it("takes a secret that was rotated away while it signs, and says when one that ended may have been", async () => {
    const { appId, url, signatures, rotate, secretOf } = await anInbox();
    const { id } = await anEndpointOf(appId, { url });
    const old = await secretOf(id);
    await sendSigned(url, old);
    expect((await rotate(id, {})).status).toBe(204);
    await sendSigned(url, old);
    const expected = {
      verdict: "valid",
      endpointId: id,
      reason: expect.stringContaining("the secret before"),
    };
    expect(await signatures()).toMatchObject([expected, expected]);
    expect((await rotate(id, { gracePeriodSeconds: 0 })).status).toBe(204);
    await sendSigned(url, old);
    const [after, , before] = await signatures();
    expect(after).toMatchObject({ verdict: "not_valid", changedAt: null });
    expect(before).toMatchObject({ verdict: "not_valid", changedAt: expect.any(String) });
    await sendSigned(url, await secretOf(id));
    expect((await signatures())[0]).toMatchObject({ verdict: "valid", reason: null });
  });

  it("tells of a request that is signed as under a dialect that the endpoint had before", async () => {
    const { appId, path, url, signatures } = await anInbox();
    await anEndpointOf(appId, { url });
    await aMessageOf(appId);
    await expect.poll(signatures, SOON).toMatchObject([{ verdict: "valid" }]);
    await api("PATCH", `${path}/delivery-policy`, { json: { dialect: "svix" } });
    const reason = "the header svix-id is missing, but it is signed as under the dialect standard";
    expect(await signatures()).toMatchObject([{ verdict: "not_signed", reason }]);
  });

  it("cannot be told of a body that is not kept whole, nor while more endpoints point there than are tried", async () => {
    const { appId, url, signatures, secretOf } = await anInbox();
    const { id } = await anEndpointOf(appId, { url });
    const secret = await secretOf(id);
    await sendSigned(url, secret, { body: "x".repeat(70_000) });
    expect(await signatures()).toMatchObject([
      { verdict: "undecided", reason: expect.stringContaining("not kept") },
    ]);
    for (let n = 0; n < MAX_INBOX_SIGNERS; n++) await anEndpointOf(appId, { url });
    await sendSigned(url, secret);
    expect((await signatures())[0]).toMatchObject({ verdict: "undecided", endpointId: null });
  });

  it("says that the endpoint signs nothing, or that its secret cannot be read", async () => {
    const { appId, path, url, signatures } = await anInbox();
    await api("PATCH", `${path}/delivery-policy`, { json: { dialect: "clawlabor" } });
    const { id } = await anEndpointOf(appId, { url });
    await exports.default.fetch(new Request(url, { method: "POST", body: "{}" }));
    expect(await signatures()).toMatchObject([{ verdict: "no_secret", endpointId: id }]);
    await env.DB.prepare("UPDATE endpoints SET sealed_secrets = 'garbage' WHERE id = ?").bind(id).run();
    expect(await signatures()).toMatchObject([
      { verdict: "undecided", reason: expect.stringContaining("read") },
    ]);
  });
});
