/** Without its database every route says 503 and when to try again, or answers what it can say without it. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { EndpointObject } from "../../src/delivery/object.ts";
import { createApp } from "../../src/http/app.ts";
import { DatabaseUnavailableError } from "../../src/store/failures.ts";
import { guardedDatabase } from "../../src/store/guarded-database.ts";
import { ORIGIN } from "../support/api.ts";
import { anApplication, aPublisherKey } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";
import { type Fault, faultyD1, LOST } from "../support/faulty-d1.ts";
import { allRoutes } from "./routes/all.ts";
import type { Call } from "./routes/row.ts";

const app = createApp();
const IMPATIENT = { timeoutMs: 60, readTryTimeoutMs: 20 };
/** For what is to succeed in the end, however busy the machine. */
const PATIENT = { timeoutMs: 10_000, readTryTimeoutMs: 5_000 };
const UNAVAILABLE = { code: "unavailable", detail: "The database cannot be reached; try again" };

function withFaults(faults: Fault[], patience = IMPATIENT) {
  const { db, calls } = faultyD1(env.DB, faults);
  // The log's writer is another object with a database of its own.
  return { calls, bindings: { ...env, POSTHORN_LOG_WRITERS: "0", DB: guardedDatabase(db, patience) } };
}

async function send(
  bindings: typeof env,
  method: string,
  { path, json, token = env.POSTHORN_KEY, headers: more }: Call & { token?: string },
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...more };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const request = new Request(ORIGIN + path, { method, headers, ...body });
  return app.fetch(request, bindings, createExecutionContext());
}

describe.each(allRoutes)("$route", (row) => {
  const [method = ""] = row.route.split(" ");

  it.each<[name: string, fault: Fault]>([
    ["fails", LOST],
    ["hangs", "hang"],
  ])("says so when the database %s", async (_, fault) => {
    const { bindings, calls } = withFaults([fault]);
    const response = await send(bindings, method, await row.good());
    const text = await response.text();
    // What did not ask it cannot miss it.
    expect(response.status, text).toBe(calls() === 0 ? row.ok : 503);
    if (response.status !== 503) return;
    expect(response.headers.get("retry-after")).toBe("1");
    if (!row.route.endsWith("/health")) expect(JSON.parse(text)).toMatchObject({ code: "unavailable" });
  });
});

it("all but a few routes ask the database", async () => {
  const asked = await Promise.all(
    allRoutes.map(async (row) => {
      const { bindings, calls } = withFaults([LOST]);
      const response = await send(bindings, row.route.split(" ")[0] ?? "", await row.good());
      await response.body?.cancel();
      return calls() > 0;
    }),
  );
  expect(asked.filter((isAsked) => !isAsked).length).toBeLessThan(asked.length / 10);
});

describe("a caller", () => {
  it("with a key that cannot be checked is told to try again, not that its key is wrong", async () => {
    const { token } = await aPublisherKey();
    const { bindings } = withFaults([LOST]);
    const response = await send(bindings, "GET", { path: "/api/v1/app", token });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(UNAVAILABLE);
  });

  it("is told so too when it is an endpoint's object that cannot reach it", async () => {
    const { id: appId } = await anApplication();
    const { id } = await anEndpointOf(appId);
    const failing = vi.spyOn(EndpointObject.prototype, "deliveryStatus");
    failing.mockRejectedValue(new DatabaseUnavailableError(LOST));
    const path = `/api/v1/app/${appId}/endpoint/${id}/delivery-status`;
    const response = await send(env, "GET", { path });
    expect([response.status, await response.json()]).toEqual([503, UNAVAILABLE]);
    expect(failing).toHaveBeenCalled();
    failing.mockRestore();
  });

  it("does not see that a read had to be made again", async () => {
    const { id } = await anApplication();
    const { bindings } = withFaults([LOST, "none"], PATIENT);
    expect((await send(bindings, "GET", { path: `/api/v1/app/${id}` })).status).toBe(200);
  });

  it("learns nothing false of a write whose answer was lost, and it is not made twice", async () => {
    const { bindings, calls } = withFaults(["lose"]);
    const name = crypto.randomUUID();
    const response = await send(bindings, "POST", { path: "/api/v1/app", json: { name } });
    expect([response.status, await response.json(), calls()]).toEqual([503, UNAVAILABLE, 1]);
    const rows = await env.DB.prepare("SELECT COUNT(*) AS n FROM applications WHERE name = ?")
      .bind(name)
      .first("n");
    expect(rows).toBe(1);
  });

  it("may repeat a publish whose answer was lost, by its idempotency key", async () => {
    const { id } = await anApplication();
    const message = { eventType: "invoice.paid", eventId: "inv_1", payload: {} };
    const call = { path: `/api/v1/app/${id}/msg`, json: message };
    const publish = (bindings: typeof env) => {
      const headers = { authorization: `Bearer ${env.POSTHORN_KEY}`, "idempotency-key": "k" };
      const init = { method: "POST", headers, body: JSON.stringify(call.json) };
      return app.fetch(new Request(ORIGIN + call.path, init), bindings, createExecutionContext());
    };
    expect((await publish(withFaults(["lose"]).bindings)).status).toBe(503);
    const again = await publish(withFaults(["none"], PATIENT).bindings);
    expect([again.status, await again.json()]).toMatchObject([202, { eventId: "inv_1" }]);
  });
});
