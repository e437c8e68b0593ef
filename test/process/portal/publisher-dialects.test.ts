/** How a publisher reads and writes dialects in the portal, in a real browser against the real server. */
import { describe, expect, it } from "vitest";
import { expectAccessible, shows } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";

const { call, anOwner, publish, receiver, openAt } = walkPortal();

describe("a built-in dialect", () => {
  it("is told in words and as JSON, and shows the request of a chosen event as the API makes it", async () => {
    await call("POST", "/event-type/import/catalogue", { name: "clawbook" });
    const { page, click } = await openAt("/dialects");
    await expectAccessible(page);
    await click("link", "clawbook");
    await shows(page, "HMAC-SHA256 of the body, hex, in X-ClawBook-Signature: sha256=…");
    await shows(page, '"header": "X-ClawBook-Signature"');
    await shows(page, '"data":{"message":"Hello"}');
    await page.getByLabel("Example event").selectOption("message.received");
    await shows(page, /"type":"message\.received".*"content":/);
    await page.getByLabel("Payload").fill('{"size": 2}');
    await shows(page, '"data":{"size":2}');
    const made = await call("POST", "/dialect/clawbook/preview", {
      eventType: "message.received",
      payload: { size: 2 },
    });
    expect(await page.getByLabel("Body of the preview").textContent()).toBe(made["body"]);
    const { "X-ClawBook-Signature": signature } = made["headers"] as Record<string, string>;
    await shows(page, `X-ClawBook-Signature: ${signature}`);
    await page.getByLabel("Payload").fill("[");
    await shows(page, /The payload is not valid JSON/);
    await expectAccessible(page);
    for (const name of ["Edit", "Delete"]) {
      expect(await page.getByText(name, { exact: true }).count()).toBe(0);
    }
  });
});

describe("an own dialect", () => {
  it("begins as a copy, is previewed while it is written, created, edited and used", async () => {
    const { page, click } = await openAt("/dialects/show/standard");
    await click("link", "Copy");
    await page.getByLabel("Name", { exact: true }).fill("svix");
    await shows(page, "There is a dialect of this name.");
    await page.getByLabel("Name", { exact: true }).fill("acme");
    await page.getByLabel("Body", { exact: true }).selectOption("object");
    await page.getByLabel("Name of field 4").fill("content");
    await shows(page, '"content":{"message":"Hello"}');
    await click("button", "Move field 4 up");
    await page.getByLabel("Signature", { exact: true }).selectOption("body-hmac");
    await page.getByLabel("Header", { exact: true }).fill("Content-Length");
    await shows(page, /is a header that the service or the connection sets/);
    await page.getByLabel("Header", { exact: true }).fill("X-Acme-Signature");
    await shows(page, "X-Acme-Signature:");
    await page.getByLabel("Seconds to wait after each failure").fill("1, 60");
    await shows(page, "1s, 1m: 3 attempts in all.");
    await page.getByLabel("Answers that are tried again").fill("429, 500-599");
    await page.getByLabel("An answer of 410 disables the endpoint").uncheck();
    await click("button", "Add header");
    await page.getByLabel("Name of header 1").fill("X-From");
    await page.getByLabel("Value of header 1").fill("acme");
    await expectAccessible(page);
    await click("button", "Create dialect");
    await shows(page, "In words");
    const shown = {
      envelope: {
        kind: "object",
        fields: [
          { name: "id", source: "id" },
          { name: "type", source: "type" },
          { name: "content", source: "payload" },
          { name: "created_at", source: "timestamp" },
        ],
      },
      signature: { scheme: "body-hmac", header: "X-Acme-Signature", encoding: "hex" },
      headers: { "X-From": "acme" },
      retrySchedule: [1, 60],
      retried: {
        statuses: [
          [429, 429],
          [500, 599],
        ],
      },
      disableOnGone: false,
    };
    expect(await call("GET", "/dialect/acme")).toMatchObject(shown);
    await click("link", "Edit");
    await page.getByLabel("Timeout in seconds").fill("9999");
    await click("button", "Save changes");
    await shows(page, /timeoutSeconds/);
    expect(await page.getByLabel("Timeout in seconds").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Timeout in seconds").fill("7");
    await click("button", "Save changes");
    await shows(page, "In words");
    expect(await call("GET", "/dialect/acme")).toMatchObject({ ...shown, timeoutSeconds: 7 });
    const { uid } = await anOwner({ policy: { dialect: "acme" } });
    await publish(uid);
    const [request] = await receiver().waitFor(1);
    expect(request?.headers).toMatchObject({ "x-from": "acme" });
  });

  it("is not deleted while something uses it, which is said; then it is", async () => {
    await call("PUT", "/dialect/used", {});
    const { uid, id } = await anOwner({ policy: { dialect: "used" } });
    const { page, click } = await openAt("/dialects/show/used");
    await click("button", "Delete");
    await click("button", "Delete dialect");
    await shows(page, "An application, an endpoint or the deployment uses this dialect");
    await expectAccessible(page);
    await call("PATCH", `/app/${uid}/endpoint/${id}/delivery-policy`, { dialect: null });
    await click("button", "Delete dialect");
    await shows(page, "How a webhook looks on the wire");
    const { data } = await call("GET", "/dialect");
    expect((data as { name: string }[]).map(({ name }) => name)).not.toContain("used");
  });
});
