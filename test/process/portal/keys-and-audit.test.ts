/** The publisher's keys and the audit log, in a real browser against the real server. */
import { describe, expect, it } from "vitest";
import { expectAccessible, shows, type Visit } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";

const { posthorn, call, anOwner, openAt, publish } = walkPortal();

async function statusOf(token: string, path: string, method = "GET"): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = method === "GET" ? {} : { body: JSON.stringify({ name: "Made by a key" }) };
  return (await fetch(`${posthorn().url}/api/v1${path}`, { method, headers, ...body })).status;
}

function rowOf({ page }: Visit, name: string) {
  return page.getByRole("listitem").filter({ hasText: name });
}

describe("keys", () => {
  it("are made with scopes, shown once, told when they were used, and revoked", async () => {
    const visit = await openAt("/keys");
    const { page, click } = visit;
    await shows(page, "No keys yet");
    await click("button", "New key");
    await page.getByLabel("Name").fill("billing");
    expect(await page.getByRole("button", { name: "Create key" }).isDisabled()).toBe(true);
    await click("checkbox", /^read/);
    await click("checkbox", /^publish/);
    await page.getByLabel("Ends").selectOption("In 30 days");
    await click("button", "Create key");
    await shows(page, "shown this once");
    await click("button", "Copy");
    const token = String(await page.getByLabel("The key").textContent());
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(token);
    await click("button", "I have kept it");
    const row = rowOf(visit, "billing");
    await row.getByText("Never used").waitFor();
    await row.getByText("Expires in 29 days").waitFor();
    expect(await row.getByText(/^(read|publish)$/).count()).toBe(2);
    expect(await page.content()).not.toContain(token);
    expect([await statusOf(token, "/app"), await statusOf(token, "/app", "POST")]).toEqual([200, 403]);
    await page.reload();
    // The list is asked for again only every 15 seconds.
    await row.getByText(/^Used/).waitFor({ timeout: 45_000 });
    await click("button", "Revoke key billing");
    await shows(page, "cannot be taken back");
    await click("button", "Revoke now");
    await row.waitFor({ state: "detached" });
    expect(await statusOf(token, "/app")).toBe(401);
  });

  it("are turned back from a page whose last key is gone", async () => {
    const { token: _, ...key } = await call("POST", "/api-key", { name: "the first" });
    const { page, click } = await openAt("/audit-log");
    await page.route("**/api/v1/api-key?*", (route) => {
      const isNext = route.request().url().includes("iterator=");
      const shown = { ...key, censoredToken: "sk_…", lastUsedAt: null };
      return route.fulfill({
        json: { data: isNext ? [] : [shown], iterator: "next", prevIterator: null, done: isNext },
      });
    });
    await click("link", "Keys");
    await click("button", "Older");
    await shows(page, "There are no more");
    await click("button", "Newer");
    await shows(page, "the first");
  });

  it("may be let to end later", async () => {
    const { token } = await call("POST", "/api-key", { name: "old one" });
    const visit = await openAt("/keys");
    const row = rowOf(visit, "old one");
    await row.getByText("Everything").waitFor();
    await row.getByText("Does not expire").waitFor();
    await visit.click("button", "Revoke key old one");
    await visit.page.getByLabel("When").selectOption("In 1 day");
    await visit.click("button", "Let it end");
    await row.getByText(/^Expires in/).waitFor();
    expect(await statusOf(String(token), "/app")).toBe(200);
  });

  it("give no more than they have, and are not managed by those that may not", async () => {
    const scopes = ["read", "keys"];
    const { token } = await call("POST", "/api-key", { name: "the clerk", scopes });
    const { page, click } = await openAt("/keys", String(token));
    await click("button", "New key");
    await shows(page, "it gives no more than it has");
    expect(await page.getByRole("checkbox", { name: /^manage/ }).isDisabled()).toBe(true);
    expect(await page.getByRole("checkbox", { name: /^Everything/ }).count()).toBe(0);
    const looker = await call("POST", "/api-key", { name: "the looker", scopes: ["read"] });
    const looking = await openAt("/keys", String(looker["token"]));
    await rowOf(looking, "the looker").waitFor();
    expect(await looking.page.getByRole("button", { name: /New key|Revoke/ }).count()).toBe(0);
    const { uid } = await anOwner();
    await looking.page.goto(`${posthorn().url}/portal/app/${uid}/endpoints`);
    await shows(looking.page, "Where your events are sent");
    expect(await looking.page.getByRole("link", { name: "Add endpoint" }).count()).toBe(0);
    const blind = await call("POST", "/api-key", { name: "the publisher", scopes: ["publish"] });
    await shows((await openAt("/keys", String(blind["token"]))).page, "This key lacks the scope `read`");
  });
});

describe("the audit log", () => {
  it("tells in sentences who changed what, as it happens, and is filtered", async () => {
    const { uid, id } = await anOwner();
    const { token } = await call("POST", "/api-key", { name: "deployer" });
    const visit = await openAt("/audit-log");
    const { page } = visit;
    await shows(page, /made key/);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const secret = `whsec_${btoa("a secret that nobody must see")}`;
    const url = `${posthorn().url}/api/v1/app/${uid}/endpoint/${id}/secret/rotate`;
    const rotated = await fetch(url, { method: "POST", headers, body: JSON.stringify({ key: secret }) });
    expect(rotated.status).toBe(204);
    await publish(uid);
    const row = rowOf(visit, "rotated the secret");
    await row.waitFor();
    expect(await row.textContent()).toMatch(
      new RegExp(`^Key deployer rotated the secret of endpoint ${id} of Owner \\d+key given`),
    );
    expect(await page.content()).not.toContain(secret);
    await page.getByText("Filter", { exact: true }).click();
    await page.getByLabel("What was done").selectOption("Rotated the secret of endpoint");
    await rowOf(visit, "made key").first().waitFor({ state: "detached" });
    expect(await page.getByRole("list", { name: "Changes" }).locator("> li").count()).toBe(1);
    await page.getByLabel("Application").fill("nobody");
    await shows(page, "No change fits");
    await visit.click("button", "Clear the filters");
    await visit.click("link", /^Owner/);
    await shows(page, "Where your events are sent");
  });
});

it("axe finds nothing serious on either page or in their dialogs, in the dark too, and nothing scrolls sideways", async () => {
  await call("POST", "/api-key", { name: "for axe", scopes: ["read", "publish", "replay", "manage"] });
  const { page, click } = await openAt("/keys");
  await shows(page, "for axe");
  await expectAccessible(page);
  await click("button", "New key");
  await expectAccessible(page);
  await click("button", "Cancel");
  await click("button", "Revoke key for axe");
  await expectAccessible(page);
  await click("button", "Cancel");
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  await click("link", "Audit log");
  await shows(page, /made key/);
  await page.getByText("Filter", { exact: true }).click();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  await expectAccessible(page);
});
