/** What old clients, browsers and newer versions of anything do to a call, done to every route (reference svix.md §2.1). */
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ORIGIN } from "../support/api.ts";
import { allRoutes as rows } from "./routes/all.ts";

/** `/a/b?c` as `//a//b/?c&…`, with a parameter that nobody knows. */
function disguised(path: string): string {
  const [way = "", query] = path.split("?");
  const known = query === undefined ? "" : `${query}&`;
  return `/${way.replace("/api/v1/", "/api//v1/")}/?${known}parameter-of-tests=1`;
}

/** With a field that nobody knows, and without the content type that everybody forgets. */
function bodyOf(json: unknown): Record<string, unknown> {
  if (json === undefined) return {};
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  return { body: JSON.stringify(isObject ? { ...json, fieldOfTests: [{ a: 1 }] } : json) };
}

describe.each(rows)("$route", (row) => {
  const [method = ""] = row.route.split(" ");

  it(`answers ${row.ok} with other slashes, and with parameters and fields that it does not know`, async () => {
    const good = await row.good();
    const headers = new Headers({ origin: "https://elsewhere.example", ...good.headers });
    if (row.access !== "public") headers.set("authorization", `Bearer ${good.token ?? env.POSTHORN_KEY}`);
    const request = new Request(ORIGIN + disguised(good.path), { method, headers, ...bodyOf(good.json) });
    const response = await exports.default.fetch(request);
    // An opened socket cannot be copied.
    const text = response.webSocket === null ? await response.clone().text() : "";
    expect(response.status, text).toBe(row.ok);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    await response.body?.cancel();
  });

  it("lets a browser ask whether it may be called, without a token, and read why it may not", async () => {
    const path = row.route.split(" ")[1]?.replaceAll(/\{[^}]+\}/g, "x") ?? "";
    const asked = {
      origin: "https://elsewhere.example",
      "access-control-request-method": method,
      "access-control-request-headers": "authorization,content-type,idempotency-key,svix-req-id",
    };
    const preflight = await exports.default.fetch(
      new Request(ORIGIN + path, { method: "OPTIONS", headers: asked }),
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain(method);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("idempotency-key");
    if (row.access === "public") return;
    const refused = await exports.default.fetch(new Request(ORIGIN + path, { method, headers: asked }));
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
  });
});
