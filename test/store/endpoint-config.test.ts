import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Dialect } from "../../src/core/dialect.ts";
import {
  type EndpointConfigRow,
  loadEndpointConfigStatement,
  toEndpointConfig,
} from "../../src/store/endpoints.ts";

function aDialect(name: string): Dialect {
  return {
    name,
    envelope: { kind: "payload" },
    idPrefix: "msg_",
    signature: { scheme: "standard", headerPrefix: "webhook" },
    headers: {},
    retrySchedule: [5, 300],
    timeoutSeconds: 15,
    jitter: true,
    retried: { networkErrors: true, timeouts: true, statuses: [[300, 599]] },
    disableOnGone: true,
    deliveryControl: false,
  };
}

const scope = {
  deploymentDialect: "standard",
  builtInDialects: new Map(["standard", "clawbook"].map((name) => [name, aDialect(name)])),
};

let nextKey = 1;

type Rows = {
  application?: { policy?: object; ratePerSecond?: number; deletedAt?: number };
  endpoint?: {
    policy?: object;
    ratePerSecond?: number;
    disabled?: number;
    deletedAt?: number;
    spans?: object;
  };
};

async function insert({ application = {}, endpoint = {} }: Rows) {
  const appKey = nextKey++;
  const endpointKey = nextKey++;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO applications (key, id, name, rate_per_second, metadata, policy, created_at, updated_at, deleted_at)
       VALUES (?, ?, 'a', ?, '{}', ?, 0, 0, ?)`,
    ).bind(
      appKey,
      `app_${appKey}`,
      application.ratePerSecond ?? null,
      JSON.stringify(application.policy ?? {}),
      application.deletedAt ?? null,
    ),
    env.DB.prepare(
      `INSERT INTO endpoints (app_key, key, id, url, description, rate_per_second, disabled, spans, metadata, policy,
         sealed_secrets, version, created_at, updated_at, deleted_at)
       VALUES (?, ?, ?, 'https://example.com/', '', ?, ?, ?, '{}', ?, 'sealed', 7, 0, 0, ?)`,
    ).bind(
      appKey,
      endpointKey,
      `ep_${endpointKey}`,
      endpoint.ratePerSecond ?? null,
      endpoint.disabled ?? 0,
      JSON.stringify(endpoint.spans ?? [{ from: 1, filter: { eventTypes: null, channels: null } }]),
      JSON.stringify(endpoint.policy ?? {}),
      endpoint.deletedAt ?? null,
    ),
  ]);
  return { appKey, endpointKey };
}

async function configOf(rows: Rows, deploymentDialect = "standard") {
  const row = await loadEndpointConfigStatement(
    env.DB,
    await insert(rows),
    deploymentDialect,
  ).first<EndpointConfigRow>();
  return row === null ? null : toEndpointConfig(row, { ...scope, deploymentDialect });
}

describe("an endpoint's configuration", () => {
  it("resolves each policy field to the narrowest one set", async () => {
    const config = await configOf({
      application: { policy: { dialect: "clawbook", timeoutSeconds: 9, concurrency: 2 }, ratePerSecond: 50 },
      endpoint: { policy: { timeoutSeconds: 3 } },
    });
    expect(config).toMatchObject({
      version: 7,
      state: "enabled",
      ratePerSecond: 50,
      sealedSecrets: "sealed",
      sealedHeaders: null,
      policy: { dialect: "clawbook", timeoutSeconds: 3, concurrency: 2, retrySchedule: [5, 300] },
      dialect: { name: "clawbook" },
    });
  });

  it("prefers the endpoint's own rate to its application's", async () => {
    const config = await configOf({ application: { ratePerSecond: 50 }, endpoint: { ratePerSecond: 2 } });
    expect(config?.ratePerSecond).toBe(2);
  });

  it.each([
    { where: "on the endpoint", rows: { endpoint: { policy: { dialect: "acme" } } }, deployment: "standard" },
    {
      where: "on the application",
      rows: { application: { policy: { dialect: "acme" } } },
      deployment: "standard",
    },
    { where: "on the deployment", rows: {}, deployment: "acme" },
  ])("reads the definition of a custom dialect chosen $where", async ({ rows, deployment }) => {
    await env.DB.prepare("INSERT OR REPLACE INTO dialects VALUES ('acme', ?, 0, 0)")
      .bind(JSON.stringify(aDialect("acme")))
      .run();
    const config = await configOf(rows, deployment);
    expect(config?.dialect.name).toBe("acme");
    expect(config?.policy.dialect).toBe("acme");
  });

  it.each([
    { name: "a disabled endpoint", rows: { endpoint: { disabled: 1 } }, state: "disabled" },
    { name: "a deleted endpoint", rows: { endpoint: { disabled: 1, deletedAt: 5 } }, state: "deleted" },
    {
      name: "an endpoint of a deleted application",
      rows: { application: { deletedAt: 5 } },
      state: "deleted",
    },
  ])("says $state of $name", async ({ rows, state }) => {
    expect((await configOf(rows))?.state).toBe(state);
  });

  it("is readable for a deleted endpoint whose custom dialect is gone", async () => {
    const config = await configOf({ endpoint: { policy: { dialect: "gone" }, disabled: 1, deletedAt: 5 } });
    expect(config?.state).toBe("deleted");
  });

  it("fails loudly when a live endpoint names no known dialect", async () => {
    await expect(configOf({ endpoint: { policy: { dialect: "nope" } } })).rejects.toThrow(
      "unknown dialect nope",
    );
  });
});
