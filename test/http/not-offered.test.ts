/** Svix's operations that this service leaves out say so, and are no other routes by accident. */
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";
import { ourDocument, SVIX_OPERATIONS } from "../support/svix-contract.ts";

const { paths } = ourDocument();
const left = SVIX_OPERATIONS.filter(({ method, path }) => paths[path]?.[method.toLowerCase()] === undefined);

describe("an operation of Svix's that is not offered", () => {
  it.each(left)("$method $path is answered as a route that is not there", async ({ method, path }) => {
    const called = path.replaceAll(/\{[^}]+\}/g, "x");
    const json = method === "GET" || method === "DELETE" ? {} : { json: {} };
    expect(await api(method, called, json)).toMatchObject({
      status: 404,
      body: { code: "not_found", detail: `There is no route ${method} ${called}` },
    });
  });

  it("is not one that only customers' code would make work: that is a 501", async () => {
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id);
    const path = `/api/v1/app/${app.id}/endpoint/${id}/transformation`;
    const json = { code: "function handler(webhook) { return webhook }", enabled: true };
    expect(await api("PATCH", path, { json })).toMatchObject({
      status: 501,
      body: { code: "not_implemented" },
    });
  });
});

it("says of a field that is missing that it is required", async () => {
  const app = await anApplication();
  const { body } = await api("POST", `/api/v1/app/${app.id}/msg`, { json: { payload: {} } });
  expect(body).toEqual({
    detail: [{ loc: ["body", "eventType"], msg: "is required", type: "value_error" }],
  });
});
