/** How the portal's page is sent: who may run, load and frame what. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { api, ORIGIN } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";

const app = createApp();

afterEach(() => {
  vi.restoreAllMocks();
});

async function get(path: string, bindings = {}) {
  const response = await app.fetch(
    new Request(ORIGIN + path),
    { ...env, ...bindings },
    createExecutionContext(),
  );
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function directives(headers: Headers): Map<string, string> {
  const policy = headers.get("content-security-policy") ?? "";
  return new Map(
    policy.split("; ").map((part): [string, string] => {
      const [name = "", ...values] = part.split(" ");
      return [name, values.join(" ")];
    }),
  );
}

describe("the portal's page", () => {
  it.each(["/portal", "/portal/login", "/portal/endpoints/ep_1", "/portal/app/x/messages"])(
    "is sent at %s to anybody, with a policy that lets it run and load nothing but its own",
    async (path) => {
      const { status, headers, text } = await get(path);
      expect(status).toBe(200);
      expect(text).toContain('<div id="portal">');
      const policy = directives(headers);
      expect(policy.get("default-src")).toBe("'none'");
      for (const name of ["script-src", "style-src", "connect-src", "frame-ancestors"]) {
        expect([name, policy.get(name)]).toEqual([name, "'self'"]);
      }
      expect(policy.get("require-trusted-types-for")).toBe("'script'");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  it.each(["'none'", "*", "https://app.example.com", "'self' https://*.example.com http://127.0.0.1:*"])(
    "may be framed by %s where the setting says so",
    async (frameAncestors) => {
      const { headers } = await get("/portal", { POSTHORN_PORTAL_FRAME_ANCESTORS: frameAncestors });
      expect(directives(headers).get("frame-ancestors")).toBe(frameAncestors);
    },
  );

  it.each([
    "'none' https://a.example",
    "https://a.example; script-src *",
    "https://a.example,b",
    " ",
    "a\nb",
  ])("cannot have its policy changed by the setting %j", async (frameAncestors) => {
    const { status } = await get("/portal", { POSTHORN_PORTAL_FRAME_ANCESTORS: frameAncestors });
    expect(status).toBe(500);
  });
});

describe("the portal's files", () => {
  it("are sent for good, and what is none of them is not found", async () => {
    const script = /src="([^"]+)"/.exec((await get("/portal")).text)?.[1] ?? "";
    const { status, headers } = await get(script);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/javascript/);
    expect((await get("/portal/assets/none.js")).status).toBe(404);
    expect((await get("/portal/assets/none.js")).headers.get("content-type")).toMatch(/json/);
  });
});

describe("links to the portal", () => {
  it("of Svix's shape lead to it, with what they ask for", async () => {
    const { status, headers } = await get("/login?next=/messages");
    expect([status, headers.get("location")]).toEqual([302, "/portal/login?next=/messages"]);
  });

  it("are what app-portal-access answers with", async () => {
    const { id } = await anApplication();
    const { body } = await api("POST", `/api/v1/auth/app-portal-access/${id}`, { json: {} });
    const { url, token } = body as { url: string; token: string };
    expect(url.startsWith(`${ORIGIN}/portal/login#key=`)).toBe(true);
    expect(JSON.parse(atob(url.split("#key=")[1] ?? ""))).toMatchObject({ appId: id, token });
  });
});
