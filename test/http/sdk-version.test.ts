/** Answers that the official SDKs of one version need and those of another cannot read. */
import { describe, expect, it } from "vitest";
import { readsRotatedSecret, sdkVersion } from "../../src/http/svix/sdk-version.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";

describe("the version of an SDK", () => {
  it.each([
    ["svix-libs/1.99.1/java jre/17.0.15", { major: 1, minor: 99 }],
    ["svix-libs/2.9.1/python python/3.11.7 Linux/x86_64", { major: 2, minor: 9 }],
    ["svix-libs/x/javascript", null],
    ["curl/8.5.0", null],
    [undefined, null],
  ])("is what its user agent %s says", (userAgent, version) => {
    expect(sdkVersion(userAgent)).toEqual(version);
  });

  it.each([
    [null, false],
    [{ major: 1, minor: 99 }, false],
    [{ major: 2, minor: 6 }, false],
    [{ major: 2, minor: 7 }, true],
    [{ major: 3, minor: 0 }, true],
  ])("%j reads a rotated secret: %s", (version, reads) => {
    expect(readsRotatedSecret(version)).toBe(reads);
  });
});

it.each([
  ["svix-libs/1.99.1/java jre/17.0.15", 204],
  ["svix-libs/2.7.0/rust", 200],
  ["curl/8.5.0", 204],
])("a rotation asked for by %s is answered %i", async (userAgent, status) => {
  const { id } = await anApplication();
  const endpoint = await anEndpointOf(id);
  const path = `/api/v1/app/${id}/endpoint/${endpoint.id}/secret`;
  const rotated = await api("POST", `${path}/rotate`, { headers: { "user-agent": userAgent } });
  const { body } = await api("GET", path);
  expect(rotated).toMatchObject({ status, body: status === 204 ? undefined : body });
});

it("health is answered 204 to SDKs, of which Java's throws at a body", async () => {
  const asSdk = await api("GET", "/api/v1/health", {
    headers: { "user-agent": "svix-libs/1.99.1/java jre/17" },
  });
  expect(asSdk).toMatchObject({ status: 204, body: undefined });
});
