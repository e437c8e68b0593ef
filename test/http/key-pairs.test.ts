/** Endpoints that sign with an Ed25519 key pair. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createServiceContext } from "../../src/service/context.ts";
import { createEndpoint } from "../../src/service/endpoints/create-endpoint.ts";
import { currentSecret } from "../../src/service/endpoints/rotate-secret.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import {
  aMessageOf,
  eventOfMessage,
  interceptTarget,
  nowhere,
  type SentRequest,
} from "../support/attempts.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

afterEach(() => vi.restoreAllMocks());

const PUBLIC_KEY = /^whpk_[A-Za-z0-9+/]{43}=$/;
/** The vector of the reference (svix.md §2.8), and its public form. */
const PAIR = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const PAIR_PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

async function anEndpoint(fields: Record<string, unknown>): Promise<{ path: string; appId: string }> {
  const { id: appId } = await anApplication();
  const { id } = await anEndpointOf(appId, { url: nowhere(), ...fields });
  return { path: `/api/v1/app/${appId}/endpoint/${id}`, appId };
}

async function keyOf(path: string): Promise<string> {
  return ((await api("GET", `${path}/secret`)).body as { key: string }).key;
}

function signaturesOf({ headers }: SentRequest): string[] {
  return (headers.get("webhook-signature") ?? "").split(" ");
}

async function verifies(publicKey: string, { headers, body }: SentRequest): Promise<boolean> {
  const bytes = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes(publicKey.slice(5)), "Ed25519", false, ["verify"]);
  const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
  const signature = signaturesOf({ headers, body }).find((part) => part.startsWith("v1a,"));
  if (signature === undefined) return false;
  return crypto.subtle.verify("Ed25519", key, bytes(signature.slice(4)), new TextEncoder().encode(signed));
}

describe("an endpoint with an Ed25519 key pair", () => {
  it("shows the public half of the pair that it was given, never the other", async () => {
    const { path } = await anEndpoint({ secret: PAIR });
    expect(await keyOf(path)).toBe(PAIR_PUBLIC);
  });

  it("is given a fresh pair when it asks for one, and its receiver can verify with what the API shows", async () => {
    const url = nowhere();
    const requests = interceptTarget(url, () => new Response(null, { status: 204 }));
    const { path, appId } = await anEndpoint({ url, secret: "whsk_" });
    const publicKey = await keyOf(path);
    expect(publicKey).toMatch(PUBLIC_KEY);
    await aMessageOf(appId);
    await vi.waitFor(() => expect(requests.length).toBe(1), { timeout: 10_000 });
    const [request] = requests;
    if (request === undefined) throw new Error("nothing was sent");
    expect(signaturesOf(request)).toHaveLength(1);
    expect(await verifies(publicKey, request)).toBe(true);
  });

  it("may be refused: halves that do not belong together, one half alone, a public key", async () => {
    const { id } = await anApplication();
    const mixed = `${PAIR.slice(0, -8)}AAAAAA==`;
    for (const secret of [mixed, `whsk_${"A".repeat(43)}=`, PAIR_PUBLIC]) {
      const answer = await api("POST", `/api/v1/app/${id}/endpoint`, { json: { url: nowhere(), secret } });
      expect(locationsOf(answer)).toEqual([["body", "secret"]]);
    }
  });

  it("stays one when its pair is rotated without a new one, and goes back when asked to", async () => {
    const { path } = await anEndpoint({ secret: PAIR });
    const rotate = (json: object) => api("POST", `${path}/secret/rotate`, { json });
    expect((await rotate({})).status).toBe(204);
    expect(await keyOf(path)).toMatch(PUBLIC_KEY);
    expect(await keyOf(path)).not.toBe(PAIR_PUBLIC);
    expect((await rotate({ key: "whsec_" })).status).toBe(204);
    expect(await keyOf(path)).toMatch(/^whsec_/);
  });

  it("signs with both kinds while a symmetric secret is being replaced", async () => {
    const url = nowhere();
    const requests = interceptTarget(url, () => new Response(null, { status: 204 }));
    const { path, appId } = await anEndpoint({ url });
    await api("POST", `${path}/secret/rotate`, { json: { key: PAIR } });
    const message = await aMessageOf(appId);
    await vi.waitFor(() => expect(requests.length).toBe(1), { timeout: 10_000 });
    const [request] = requests;
    if (request === undefined) throw new Error("nothing was sent");
    expect(signaturesOf(request).map((part) => part.split(",")[0])).toEqual(["v1a", "v1"]);
    expect(request.headers.get("webhook-id")).toBe(message.id);
    expect(await verifies(PAIR_PUBLIC, request)).toBe(true);
  });

  it("is what a deployment that prefers them generates, but not under dialects without them", async () => {
    const ctx = createServiceContext({ ...env, POSTHORN_DEFAULT_SIGNATURE: "ed25519" });
    const shown = async (policy: object) => {
      const { id } = await anApplication();
      await api("PUT", `/api/v1/app/${id}/delivery-policy`, { json: policy });
      const { appKey } = eventOfMessage(await aMessageOf(id));
      const input = { ...INPUT, url: nowhere() };
      const made = await createEndpoint(ctx, { appKey, input, secret: null, headers: {} });
      if (made.kind !== "done") throw new Error(made.kind);
      return currentSecret(ctx, { appKey, idOrUid: made.endpoint.endpointId });
    };
    expect(await shown({})).toMatch(PUBLIC_KEY);
    expect(await shown({ dialect: "clawbook" })).toMatch(/^whsec_/);
  });
});

const INPUT = {
  description: "",
  uid: null,
  ratePerSecond: null,
  disabled: false,
  eventTypes: null,
  channels: null,
  metadata: {},
};
