/** The built-in inbox in a browser: the first webhook without any receiver, where loopback may not be sent to. */
import { describe, expect, it } from "vitest";
import { shows } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";

const portal = walkPortal({
  env: { POSTHORN_ALLOW_PRIVATE_TARGETS: "false", POSTHORN_ALLOW_HTTP_TARGETS: "false" },
});
const MAX_CLICKS = 10;
const SOON = { timeout: 20_000, interval: 100 };

/** An application without an endpoint, and its consumer's link. */
async function aNewcomer(uid: string, access: Record<string, unknown> = {}) {
  await portal.call("POST", "/app", { name: uid, uid });
  const { url } = await portal.call("POST", `/auth/app-portal-access/${uid}`, access);
  return String(url);
}

async function goTo(page: { goto(url: string): Promise<unknown> }, path: string) {
  await page.goto(`${portal.posthorn().url}/portal${path}`);
}

describe("the first webhook", () => {
  it("is seen in under ten clicks from the printed link, with no receiver at all", async () => {
    const { page, click, clicks } = await portal.open(portal.printedLink());
    await click("button", "New application");
    await page.getByLabel("Name").fill("First");
    await click("button", "Create application");
    await click("link", "Inbox");
    await click("button", "Create inbox");
    await click("button", "Add an endpoint that sends here");
    await shows(page, "Waiting for the first request");
    await click("button", "Send an example");
    await shows(page, "answered 200");
    expect(clicks()).toBeLessThan(MAX_CLICKS);
    await page.locator("main summary").first().click();
    await shows(page, /webhook-signature: v1,/);
    await shows(page, "signature valid");
    await shows(page, /Signed with this endpoint's secret/);
  });

  it("comes where the form for an endpoint was filled with the inbox", async () => {
    await portal.call("POST", "/event-type/import/catalogue", { name: "clawbook" });
    const { page, click } = await portal.open(await aNewcomer("form"));
    await click("link", "Add endpoint");
    await click("button", "Use the built-in inbox");
    await expect.poll(() => page.getByLabel("Endpoint URL").inputValue(), SOON).toMatch(/\/inbox\/\w{27}$/);
    await page.getByRole("checkbox", { name: /^message\.received/ }).check();
    await click("button", "Create endpoint");
    await click("button", "Send example");
    await shows(page, /Delivered: your server answered 200/);
    await page.getByRole("main").getByRole("link", { name: "the inbox" }).click();
    await shows(page, "answered 200");
  });

  it("is for all the types there are where some must be chosen", async () => {
    await portal.call("POST", "/event-type/import/catalogue", { name: "clawbook" });
    const { page, click } = await portal.open(await aNewcomer("chosen"));
    await click("link", "Inbox");
    await click("button", "Create inbox");
    await shows(page, /For the \d+ event types there are now/);
    await click("button", "Add an endpoint that sends here");
    await portal.publish("chosen");
    await shows(page, "answered 200");
  });
});

describe("what an inbox answers", () => {
  it("fails deliveries at 503, which are tried again, and takes them at 200", async () => {
    const { page, click } = await portal.open(await aNewcomer("answers"));
    await click("link", "Inbox");
    await click("button", "Create inbox");
    await page.getByLabel("Status").selectOption("503");
    await shows(page, "Deliveries fail, and are tried again by the endpoint's schedule.");
    await click("button", "Add an endpoint that sends here");
    await page.getByRole("link", { name: "The built-in inbox" }).waitFor();
    const { data } = await portal.call("GET", "/app/answers/endpoint");
    const [endpoint] = data as { id: string }[];
    await portal.call("PATCH", `/app/answers/endpoint/${endpoint?.id}/delivery-policy`, {
      retrySchedule: Array.from({ length: 20 }, () => 1),
      jitter: false,
    });
    const { id } = await portal.publish("answers", {
      eventType: "message.received",
      payload: { type: "a.b" },
    });
    await shows(page, "answered 503");
    await shows(page, "a.b");
    await page.getByLabel("Status").selectOption("200");
    await shows(page, "answered 200");
    await goTo(page, `/messages/${String(id)}`);
    await shows(page, "Delivered");
    await shows(page, "HTTP 503");
  });

  it("shows what was chosen at once, and keeps it when more is chosen before it is stored", async () => {
    const { page, click } = await portal.open(await aNewcomer("hurry"));
    await click("link", "Inbox");
    await click("button", "Create inbox");
    const chosen = Promise.withResolvers<void>();
    let before: Promise<void> = chosen.promise;
    await page.route("**/app/*/inbox", (route) => {
      if (route.request().method() !== "PUT") return route.continue();
      before = before.then(async () => route.fulfill({ response: await route.fetch() }));
      return before;
    });
    await page.getByLabel("Status").selectOption("503");
    await expect.poll(() => page.getByLabel("Status").inputValue(), SOON).toBe("503");
    await page.getByLabel("When").selectOption("5000");
    chosen.resolve();
    await expect
      .poll(() => portal.call("GET", "/app/hurry/inbox"), SOON)
      .toMatchObject({ answerStatus: 503, answerDelayMs: 5000 });
    // Stored is not answered yet: the page must not be closed in between.
    await before;
  });

  it("may be any other status", async () => {
    const { page, click } = await portal.open(await aNewcomer("other"));
    await click("link", "Inbox");
    await click("button", "Create inbox");
    await page.getByLabel("Status").selectOption("other");
    await page.getByLabel("Another status").fill("199");
    await click("button", "Answer with it");
    await shows(page, /expected number to be >=200/);
    await page.getByLabel("Another status").fill("202");
    await click("button", "Answer with it");
    await expect
      .poll(async () => (await portal.call("GET", "/app/other/inbox"))["answerStatus"], SOON)
      .toBe(202);
  });
});

describe("the inbox's page", () => {
  it("is cleared, and deleted", async () => {
    const { page, click } = await portal.open(await aNewcomer("cleared"));
    await click("link", "Inbox");
    await click("button", "Create inbox");
    await shows(page, "Waiting for the first request");
    const { url } = await portal.call("GET", "/app/cleared/inbox");
    await fetch(String(url), { method: "PUT", body: '{"n":12345678901234567890}' });
    await page.locator("main summary").first().click();
    await shows(page, '"n": 12345678901234567890');
    await click("button", "As it came");
    await shows(page, '{"n":12345678901234567890}');
    await click("button", "Clear");
    await click("button", "Clear inbox");
    await shows(page, "Waiting for the first request");
    await click("button", "Delete…");
    await click("button", "Delete inbox");
    await shows(page, "No inbox yet");
    expect((await fetch(String(url))).status).toBe(404);
  });

  it("offers who may only look no change", async () => {
    const link = await aNewcomer("looking", { capabilities: ["ViewBase"] });
    const { page } = await portal.open(link);
    await goTo(page, "/inbox");
    await shows(page, "Who may manage endpoints can create one.");
    const { url } = await portal.call("PUT", "/app/looking/inbox", {});
    await fetch(String(url), { method: "POST", body: "hello" });
    await goTo(page, "/inbox");
    await shows(page, "hello");
    const names = await page.getByRole("main").getByRole("button").allTextContents();
    expect(names.map((name) => name.trim())).toEqual(["Copy URL"]);
  });

  it("says of each request whether an endpoint signed it, and why not", async () => {
    const link = await aNewcomer("signed");
    const { url } = await portal.call("PUT", "/app/signed/inbox", {});
    await fetch(String(url), { method: "POST", body: "by hand" });
    const { page } = await portal.open(link);
    await goTo(page, "/inbox");
    await shows(page, "from no endpoint");
    await portal.call("POST", "/app/signed/endpoint", { url, eventTypes: ["message.received"] });
    await shows(page, "not signed now");
    await fetch(String(url), { method: "POST", body: "once more" });
    await page.getByText("not signed", { exact: true }).waitFor();
    await page.locator("main summary").first().click();
    await shows(page, /Not signed with this endpoint's secret.*: the header webhook-id is missing\./);
    await page.locator("main summary").nth(1).click();
    await shows(page, /may have been valid when it came/);
  });

  it("keeps nobody out", async () => {
    const link = await aNewcomer("reading");
    const { url } = await portal.call("PUT", "/app/reading/inbox", {});
    await portal.call("POST", "/app/reading/endpoint", { url, eventTypes: ["message.received"] });
    await fetch(String(url), { method: "POST", body: '{"type":"a.b"}' });
    await portal.expectAllAccessible(link, [["/inbox", "answered 200"]]);
    await portal.expectAllAccessible(await aNewcomer("empty"), [["/inbox", "No inbox yet"]]);
  });

  it("fits a phone", async () => {
    const link = await aNewcomer("phone");
    const { url } = await portal.call("PUT", "/app/phone/inbox", {});
    await fetch(`${url}?${"long=".repeat(40)}`, { method: "POST", body: "x".repeat(500) });
    const { page } = await portal.open(link);
    await page.setViewportSize({ width: 390, height: 800 });
    await goTo(page, "/inbox");
    await page.locator("main summary").first().click();
    await shows(page, "Headers");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
