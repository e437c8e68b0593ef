import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { invariant } from "../../src/core/invariant.ts";
import { createServiceContext, type ServiceContext } from "../../src/service/context.ts";
import { defineDialect, removeDialect } from "../../src/service/dialects/custom-dialects.ts";
import { changeEndpoint } from "../../src/service/endpoints/change-endpoint.ts";
import { createEndpoint, type EndpointInput } from "../../src/service/endpoints/create-endpoint.ts";
import {
  endpointPolicy,
  setApplicationPolicy,
  setEndpointPolicy,
} from "../../src/service/endpoints/delivery-policy.ts";
import { openSecrets } from "../../src/service/endpoints/sealed-fields.ts";
import { updateEndpoint } from "../../src/service/endpoints/update-endpoint.ts";
import type { EndpointRecord } from "../../src/store/endpoints.ts";
import { listEndpoints } from "../../src/store/endpoints.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";
import { appendEvent, insertApplication } from "../support/endpoint-rows.ts";

function context(config: Partial<ServiceContext["config"]> = {}): ServiceContext {
  const ctx = createServiceContext(env);
  return { ...ctx, config: { ...ctx.config, ...config } };
}

function anInput(overrides: Partial<EndpointInput> = {}): EndpointInput {
  return {
    url: "http://127.0.0.1:9/",
    description: "",
    uid: null,
    ratePerSecond: null,
    disabled: false,
    eventTypes: null,
    channels: null,
    metadata: {},
    ...overrides,
  };
}

async function created(appKey: number, ctx = context()): Promise<EndpointRecord> {
  const result = await createEndpoint(ctx, { appKey, input: anInput(), secret: null, headers: {} });
  invariant(result.kind === "done", "the endpoint is created");
  return result.endpoint;
}

function choose(dialect: string | null) {
  return { absent: "kept", fields: { dialect } } as const;
}

describe("where an endpoint may point", () => {
  const strict = { allowHttpTargets: false, allowPrivateTargets: false };

  it.each(["http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"])(
    "is not %s in production, neither at creation nor later",
    async (url) => {
      const appKey = await insertApplication();
      const ctx = context(strict);
      const create = { appKey, input: anInput({ url }), secret: null, headers: {} };
      expect(await createEndpoint(ctx, create)).toMatchObject({ kind: "invalid", field: "url" });
      const { endpointId } = await created(appKey);
      const name = { appKey, idOrUid: endpointId };
      expect(await updateEndpoint(ctx, name, { url })).toMatchObject({ kind: "invalid", field: "url" });
    },
  );

  it("may be loopback and plain http where the deployment says so", async () => {
    const appKey = await insertApplication();
    const input = anInput({ url: "http://127.0.0.1:9000/hook" });
    const ctx = context({ allowHttpTargets: true, allowPrivateTargets: true });
    expect(await createEndpoint(ctx, { appKey, input, secret: null, headers: {} })).toMatchObject({
      kind: "done",
    });
  });
});

describe("the deployment's dialect", () => {
  it.each([...BUILT_IN_DIALECTS.keys()].map((name) => ({ name, signed: name !== "clawlabor" })))(
    "$name decides whether a new endpoint gets a secret: $signed",
    async ({ name, signed }) => {
      const appKey = await insertApplication();
      const ctx = context({ defaultDialect: name });
      const endpoint = await created(appKey, ctx);
      expect(await openSecrets(ctx, endpoint)).toHaveLength(signed ? 1 : 0);
      expect((await endpointPolicy(ctx, { appKey, idOrUid: endpoint.endpointId }))?.policy.dialect).toBe(
        name,
      );
    },
  );

  it("fails loudly when nobody defined it", async () => {
    const appKey = await insertApplication();
    await expect(created(appKey, context({ defaultDialect: "nobody's" }))).rejects.toThrow(
      "neither built in nor defined",
    );
  });

  it("cannot be deleted while it is a publisher's own", async () => {
    const name = `own-${crypto.randomUUID()}`;
    const ctx = context({ defaultDialect: name });
    // The endpoints of other tests fall under it too, and not all of them have a secret.
    const signature = { scheme: "body-hmac", header: "X-Own", valuePrefix: "", encoding: "hex" } as const;
    const defined = await defineDialect(ctx, name, { signature: { ...signature, secretOptional: true } });
    expect(defined.kind).toBe("created");
    expect(await removeDialect(ctx, name)).toBe("in_use");
    expect(await removeDialect(context(), name)).toBe("deleted");
  });
});

describe("changes at the same time", () => {
  it("never leave an endpoint with a dialect that was deleted meanwhile", async () => {
    for (let round = 0; round < 8; round++) {
      const name = `raced-${crypto.randomUUID()}`;
      const appKey = await insertApplication();
      const { endpointId } = await created(appKey);
      const endpoint = { appKey, idOrUid: endpointId };
      await defineDialect(context(), name, {});
      const [chosen, removed] = await Promise.all([
        setEndpointPolicy(context(), endpoint, choose(name)),
        removeDialect(context(), name),
      ]);
      const outcome = [chosen.kind, removed];
      expect([
        ["done", "in_use"],
        ["invalid", "deleted"],
      ]).toContainEqual(outcome);
      const policy = await endpointPolicy(context(), endpoint);
      expect(policy?.policy.dialect).toBe(chosen.kind === "done" ? name : "standard");
    }
  });

  it("never leave an endpoint without a secret under a dialect that signs", async () => {
    for (let round = 0; round < 8; round++) {
      const appKey = await insertApplication({ dialect: "clawlabor" });
      await created(appKey);
      const [switched] = await Promise.all([
        setApplicationPolicy(context(), appKey, choose("clawbook")),
        ...Array.from({ length: 4 }, () => created(appKey)),
      ]);
      expect(switched.kind).toBe("done");
      const all = await listEndpoints(env.DB, appKey, { from: null, ascending: true, count: 10 });
      expect(all).toHaveLength(5);
      const counts = await Promise.all(all.map(async (row) => (await openSecrets(context(), row)).length));
      expect(counts).toEqual([1, 1, 1, 1, 1]);
    }
  });

  it("are decided again on the endpoint as it has become", async () => {
    const appKey = await insertApplication();
    const { endpointId } = await created(appKey);
    const name = { appKey, idOrUid: endpointId };
    const seen: string[] = [];
    const result = await changeEndpoint(context(), name, async (before) => {
      seen.push(before.description);
      if (seen.length === 1) await updateEndpoint(context(), name, { description: "newer" });
      return { kind: "write", fields: { ...before, channels: ["c"] } };
    });
    expect(seen).toEqual(["", "newer"]);
    expect(result).toMatchObject({ kind: "done", endpoint: { description: "newer", channels: ["c"] } });
  });

  it("give up as busy rather than try for ever", async () => {
    const appKey = await insertApplication();
    const { endpointId } = await created(appKey);
    const name = { appKey, idOrUid: endpointId };
    const result = await changeEndpoint(context(), name, async (before) => {
      await env.DB.prepare("UPDATE endpoints SET version = version + 1 WHERE id = ?").bind(endpointId).run();
      return { kind: "write", fields: before };
    });
    expect(result).toEqual({ kind: "busy" });
  });
});

it("a filter changed more often than history holds is refused, disabling is not", async () => {
  const appKey = await insertApplication();
  const { endpointId } = await created(appKey);
  const name = { appKey, idOrUid: endpointId };
  let refused = false;
  for (let round = 0; round < 40 && !refused; round++) {
    await appendEvent(appKey).run();
    const result = await updateEndpoint(context(), name, { channels: [`c${round}`] });
    refused = result.kind === "limit_reached";
  }
  expect(refused).toBe(true);
  expect((await updateEndpoint(context(), name, { disabled: true })).kind).toBe("done");
});
