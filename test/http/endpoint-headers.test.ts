import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createServiceContext } from "../../src/service/context.ts";
import { openHeaders } from "../../src/service/endpoints/sealed-fields.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

async function aHeadersPath(headers: Record<string, string> = {}): Promise<string> {
  const app = await anApplication();
  const { id } = await anEndpointOf(app.id, { headers });
  return `/api/v1/app/${app.id}/endpoint/${id}/headers`;
}

describe("credentials in an endpoint's URL", () => {
  const authorizationOf = async (id: string) => {
    const endpoint = await env.DB.prepare("SELECT sealed_headers FROM endpoints WHERE id = ?")
      .bind(id)
      .first<{ sealed_headers: string }>();
    const sealedHeaders = endpoint?.sealed_headers ?? null;
    return openHeaders(createServiceContext(env), { endpointId: id, sealedHeaders });
  };

  it("become a header, as those who move here from Svix mean them", async () => {
    const app = await anApplication();
    const url = "https://user:pass@example.com/hook";
    const endpoint = await anEndpointOf(app.id, { url, headers: { "X-Team": "a" } });
    expect(endpoint.url).toBe("https://example.com/hook");
    const path = `/api/v1/app/${app.id}/endpoint/${endpoint.id}`;
    const shown = { headers: { "X-Team": "a" }, sensitive: ["Authorization"] };
    expect((await api("GET", `${path}/headers`)).body).toEqual(shown);
    const first = { Authorization: `Basic ${btoa("user:pass")}`, "X-Team": "a" };
    expect(await authorizationOf(endpoint.id)).toEqual(first);
    // Somebody changes the URL as it is shown: what authorises it stays.
    await api("PATCH", path, { json: { url: "https://example.com/other" } });
    expect(await authorizationOf(endpoint.id)).toEqual(first);
    for (const method of ["PATCH", "PUT"]) {
      const other = `https://${method}:b@example.com/hook`;
      const changed = await api(method, path, { json: { url: other } });
      expect(changed).toMatchObject({ status: 200, body: { url: "https://example.com/hook" } });
      const expected = { ...first, Authorization: `Basic ${btoa(`${method}:b`)}` };
      expect(await authorizationOf(endpoint.id)).toEqual(expected);
    }
    expect((await api("GET", path)).text).not.toContain("pass");
  });

  it("are refused beside a header that says something else, and where none may be sent", async () => {
    const app = await anApplication();
    const create = (json: object) => api("POST", `/api/v1/app/${app.id}/endpoint`, { json });
    const url = "https://user:pass@example.com/";
    const both = await create({ url, headers: { authorization: "Bearer b" } });
    expect(locationsOf(both)).toEqual([["body", "url"]]);
    expect(locationsOf(await create({ url: "https://user:pass@127.0.0.1:0/" }))).toEqual([["body", "url"]]);
    expect(locationsOf(await create({ url: `https://user:${"p".repeat(9000)}@example.com/` }))).toEqual([
      ["body", "headers"],
    ]);
  });
});

describe("an endpoint's own headers", () => {
  it("come back as written, sensitive ones as names only", async () => {
    const path = await aHeadersPath({ "X-Team": "a", Authorization: "Bearer b", "x-API-key": "c" });
    expect(await api("GET", path)).toMatchObject({
      status: 200,
      body: { headers: { "X-Team": "a" }, sensitive: ["Authorization", "x-API-key"] },
    });
  });

  it("are replaced by a PUT", async () => {
    const path = await aHeadersPath({ "X-Old": "1" });
    expect(await api("PUT", path, { json: { headers: { "X-New": "2" } } })).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect((await api("GET", path)).body).toEqual({ headers: { "X-New": "2" }, sensitive: [] });
    await api("PUT", path, { json: { headers: {} } });
    expect((await api("GET", path)).body).toEqual({ headers: {}, sensitive: [] });
  });

  it("are set and removed one by one by a PATCH, whatever the case of their names", async () => {
    const path = await aHeadersPath({ "X-A": "1", "X-B": "2", "X-C": "3", "X-Api-Key": "4" });
    const json = { headers: { "x-a": "9", "X-b": null, "X-D": "5" }, deleteHeaders: ["x-c"] };
    expect((await api("PATCH", path, { json })).status).toBe(204);
    expect((await api("GET", path)).body).toEqual({
      headers: { "x-a": "9", "X-D": "5" },
      sensitive: ["X-Api-Key"],
    });
  });

  it.each([
    { name: "Content-Length", value: "1" },
    { name: "svix-id", value: "1" },
    { name: "Webhook-Signature", value: "1" },
    { name: "X-Clawget-Signature", value: "1" },
    { name: "bad name", value: "1" },
    { name: "X-Break", value: "a\r\nX-Other: b" },
  ])("may not be $name: $value, and the answer names the header", async ({ name, value }) => {
    const path = await aHeadersPath({ "X-Kept": "1" });
    for (const method of ["PUT", "PATCH"]) {
      const answer = await api(method, path, { json: { headers: { [name]: value } } });
      expect(locationsOf(answer)).toEqual([["body", "headers"]]);
      expect(JSON.stringify(answer.body)).toContain(name);
    }
    expect((await api("GET", path)).body).toEqual({ headers: { "X-Kept": "1" }, sensitive: [] });
  });
});
