import { expect, it } from "vitest";
import { api } from "../support/api.ts";

it("answers health without a token", async () => {
  const { status, body } = await api("GET", "/api/v1/health", { token: null });
  expect(status).toBe(200);
  expect(body).toEqual({ status: "ok", database: { status: "ok" } });
});

it("answers HEAD and ping with no body", async () => {
  expect(await api("HEAD", "/api/v1/health", { token: null })).toMatchObject({
    status: 200,
    body: undefined,
  });
  expect(await api("GET", "/api/v1/health/ping/", { token: null })).toMatchObject({
    status: 204,
    body: undefined,
  });
});

it("describes itself as OpenAPI 3.1 without a token", async () => {
  const { status, body } = await api("GET", "/openapi.json", { token: null });
  expect(status).toBe(200);
  expect(body).toMatchObject({ openapi: "3.1.0", paths: { "/api/v1/health": { get: {} } } });
});

it("answers a path it does not know with 404 to callers it knows, and 401 to others", async () => {
  expect(await api("GET", "/api/v1/nothing")).toMatchObject({
    status: 404,
    body: { code: "not_found", detail: "There is no route GET /api/v1/nothing" },
  });
  expect(await api("GET", "/api/v1/nothing", { token: null })).toMatchObject({
    status: 401,
    body: { code: "authentication_failed", detail: "Invalid token" },
  });
});
