/** Every route of the API's own description under every set of capabilities: allowed, or 403. */
import { describe, expect, it } from "vitest";
import { CAPABILITIES, type Capability } from "../../src/core/principal.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { allRoutes } from "./routes/all.ts";
import type { Call, RouteRow } from "./routes/row.ts";

/** What each capability is enough for: managing an endpoint includes its secret (Svix's AppPortalAccessIn). */
const OPENS: Record<Capability, readonly Capability[]> = {
  ViewBase: ["ViewBase"],
  ViewEndpointSecret: ["ViewBase", "ViewEndpointSecret"],
  ManageEndpointSecret: ["ViewBase", "ViewEndpointSecret", "ManageEndpointSecret"],
  ManageTransformations: ["ViewBase", "ManageTransformations"],
  CreateAttempts: ["ViewBase", "CreateAttempts"],
  ManageEndpoint: ["ViewBase", "ViewEndpointSecret", "ManageEndpointSecret", "ManageEndpoint"],
};

type Access = { access: Record<string, unknown>; may: ReadonlySet<Capability> };

function opened(capabilities: readonly Capability[]): Set<Capability> {
  return new Set(capabilities.flatMap((capability) => OPENS[capability]));
}

const ACCESSES: Record<string, Access> = {
  ...Object.fromEntries(
    CAPABILITIES.map((capability) => [
      `only ${capability}`,
      { access: { capabilities: [capability] }, may: opened([capability]) },
    ]),
  ),
  "no capability at all": { access: { capabilities: [] }, may: opened(["ViewBase"]) },
  "all capabilities": { access: {}, may: opened(CAPABILITIES) },
  "all capabilities, read-only": { access: { readOnly: true }, may: opened(["ViewBase"]) },
  "all capabilities named, read-only": {
    access: { readOnly: true, capabilities: CAPABILITIES },
    may: opened(["ViewBase", "ViewEndpointSecret"]),
  },
};

async function send(row: RouteRow, { path, json, headers }: Call, token: string): Promise<number> {
  const [method = ""] = row.route.split(" ");
  const rest = { ...(json === undefined ? {} : { json }), ...(headers === undefined ? {} : { headers }) };
  return (await api(method, path, { token, ...rest })).status;
}

const consumerRoutes = allRoutes.filter(({ access }) => access === "app" || access === "token");
const publisherRoutes = allRoutes.filter(({ access }) => access === "publisher");

describe.each(Object.entries(ACCESSES))("with %s", (_, { access, may }) => {
  it.each(consumerRoutes)("$route is served exactly if it may be", async (row) => {
    const good = await row.good();
    const token = await aConsumerToken(good.appId ?? (await anApplication()).id, access);
    expect(await send(row, good, token)).toBe(may.has(row.capability ?? "ViewBase") ? row.ok : 403);
  });
});

describe("with everything a consumer can have", () => {
  it.each(publisherRoutes)("$route stays the publisher's", async (row) => {
    const good = await row.good();
    const token = await aConsumerToken(good.appId ?? (await anApplication()).id);
    expect(await send(row, good, token)).toBe(403);
  });
});

it("no route that writes is open to a consumer without a capability, but for ending its own session", () => {
  const open = consumerRoutes.filter(
    ({ route, capability }) => !route.startsWith("GET ") && capability === undefined,
  );
  expect(open.map(({ route }) => route)).toEqual(["POST /api/v1/auth/logout"]);
});
