/** What a consumer does in the portal, in a real browser against the real server and a real receiver. */
import { describe, expect, it } from "vitest";
import { expectAccessible, SOON, shows } from "../../support/portal.ts";
import { type Json, PUBLISHED, walkPortal } from "../../support/portal-walk.ts";

const { posthorn, receiver, call, open, anOwner, publish, expectAllAccessible, printedLink } = walkPortal();

describe("endpoints", () => {
  it("are added with types of the catalogue, edited, given headers, disabled, enabled and deleted", async () => {
    const { uid, link } = await anOwner();
    const { page, click } = await open(link);
    await click("link", "Add endpoint");
    await page.getByLabel("Endpoint URL").fill(`${receiver().url}added`);
    await click("button", "Create endpoint");
    await shows(page, "Choose at least one event type");
    await page.getByLabel("Search event types").fill("message.s");
    await click("checkbox", /message\.sent/);
    await click("button", "Create endpoint");
    await shows(page, "Send an example");
    await click("link", "Settings");
    await page.getByLabel("Description").fill("Added by hand");
    await click("button", "Save changes");
    await shows(page, "Saved. It holds from the next attempt.");
    await click("button", "Add header");
    await page.getByLabel("Name of header 1").fill("X-Team");
    await page.getByLabel("Value of header 1").fill("blue");
    await click("button", "Save headers");
    await page.getByText("Saved.", { exact: true }).waitFor();
    await click("button", "Disable endpoint");
    await click("button", "Enable endpoint");
    await page.getByRole("button", { name: "Disable endpoint" }).waitFor();
    const { data: listed } = await call("GET", `/app/${uid}/endpoint`);
    const added = (listed as Json[]).find(({ url }) => url === `${receiver().url}added`);
    expect(added).toMatchObject({
      description: "Added by hand",
      eventTypes: ["message.sent"],
      disabled: false,
    });
    expect(await call("GET", `/app/${uid}/endpoint/${added?.["id"]}/headers`)).toMatchObject({
      headers: { "X-Team": "blue" },
    });
    await click("button", "Delete endpoint");
    await click("button", "Delete");
    await shows(page, "Where your events are sent");
    await page.getByText(`${receiver().url}added`).waitFor({ state: "detached" });
  });

  it("show their secret when asked, rotate it, and say how to verify in their own format", async () => {
    const { uid, id, link, at } = await anOwner({ policy: { dialect: "clawbook" } });
    const { page, click } = await open(link);
    await page.goto(`${at}/verify`);
    const before = String((await call("GET", `/app/${uid}/endpoint/${id}/secret`))["key"]);
    expect(await page.getByText(before).count()).toBe(0);
    await click("button", "Reveal");
    await shows(page, before);
    await click("button", "Rotate");
    await click("button", "Rotate secret");
    await page.getByText(before).waitFor({ state: "detached" });
    await shows(page, String((await call("GET", `/app/${uid}/endpoint/${id}/secret`))["key"]));
    for (const language of ["Node", "Python", "PHP", "Go", "curl"]) {
      await click("button", language);
      await expect
        .poll(() => page.getByLabel("Verification code").textContent(), SOON)
        .toMatch(/x[-_]clawbook[-_]signature/i);
    }
  });

  it("have a delivery policy that is shown and changed", async () => {
    const { uid, id, link, at } = await anOwner();
    const { page, click } = await open(link);
    await page.goto(`${at}/settings`);
    await page.getByText("Change the policy").click();
    await page.getByLabel("Seconds to wait after each failure").fill("10, 20");
    await click("button", "Save policy");
    await shows(page, "10s, 20s");
    expect(await call("GET", `/app/${uid}/endpoint/${id}/delivery-policy`)).toMatchObject({
      retrySchedule: [10, 20],
      sources: { retrySchedule: "endpoint", timeoutSeconds: "dialect" },
    });
  });

  it("recover what failed, replay what they were never sent, and replay by conditions, each to its end", async () => {
    const { uid, link, at } = await anOwner({ policy: { retrySchedule: [] } });
    receiver().behave(() => ({ status: 500 }));
    await publish(uid);
    await publish(uid);
    const { page, click } = await open(link);
    await page.goto(at);
    await expect.poll(() => page.getByText("HTTP 500").count(), { timeout: 15_000 }).toBe(2);
    receiver().behave(() => ({}));
    await click("link", "Recovery");
    await click("button", "Recover");
    await shows(page, "Done: 2 messages sent.");
    await click("button", "Replay missing");
    await shows(page, "Done: no messages sent.");
    await click("button", "Count and replay…");
    await shows(page, /2 messages will be sent/);
    await click("button", "Replay");
    await expect.poll(() => page.getByText("Done: 2 messages sent.").count(), { timeout: 15_000 }).toBe(2);
  });
});

describe("messages", () => {
  it("appear without a reload, with payload, deliveries and every attempt, and are sent again", async () => {
    const { uid, link } = await anOwner();
    const { page, click } = await open(link);
    await click("link", "Messages");
    await shows(page, "No messages yet");
    const big = '{"message_id": "m_big", "size": 12345678901234567890}';
    await fetch(`${posthorn().url}/api/v1/app/${uid}/msg`, {
      method: "POST",
      headers: { authorization: `Bearer ${posthorn().key}` },
      body: `{"eventType": "message.received", "eventId": "big", "tags": ["t1"], "payload": ${big}}`,
    });
    await click("link", "message.received");
    await click("button", "Show raw");
    await shows(page, big);
    await shows(page, "1 attempt");
    await page.locator(".attempt summary").first().click();
    await shows(page, "webhook-signature: v1,");
    await expect.poll(() => page.getByLabel("Request body").textContent(), SOON).toBe(big);
    await click("button", "Resend");
    await shows(page, "2 attempts");
    await publish(uid, { ...PUBLISHED, eventType: "message.sent" });
    await click("link", "Messages");
    await shows(page, "message.sent");
    await click("link", "message.sent");
    await shows(page, "It went nowhere");
  });

  it("are found by type, tag, status and id", async () => {
    const { uid, link } = await anOwner();
    await publish(uid, { ...PUBLISHED, tags: ["red"], eventId: "one" });
    await publish(uid, { ...PUBLISHED, tags: ["blue"], eventId: "two" });
    const { page, click } = await open(link);
    await click("link", "Messages");
    await page.getByText("one", { exact: true }).waitFor();
    await page.getByText("Filter", { exact: true }).click();
    await page.getByLabel("Tag").fill("red");
    await page.getByText("two", { exact: true }).waitFor({ state: "detached" });
    await page.getByLabel("Status", { exact: true }).selectOption("Failed at one");
    await shows(page, "No message fits");
    await page.getByLabel("Status", { exact: true }).selectOption("Delivered");
    await page.getByText("one", { exact: true }).waitFor();
    await page.getByLabel("Message id or event id").fill("two");
    await click("button", "Open");
    await shows(page, "blue");
  });
});

describe("who may only look", () => {
  it("is offered nothing that would be refused", async () => {
    const { link, at } = await anOwner({ access: { readOnly: true, capabilities: ["ViewBase"] } });
    const { page } = await open(link);
    await shows(page, "nothing waiting");
    expect(await page.getByRole("link", { name: "Add endpoint" }).count()).toBe(0);
    await page.goto(`${at}/verify`);
    await shows(page, "Verify what you receive");
    for (const name of ["Reveal", "Rotate"]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
    await page.goto(`${at}/settings`);
    await shows(page, "probed every");
    expect(await page.getByRole("button", { name: /Save|Delete|Disable/ }).count()).toBe(0);
    expect(await page.getByRole("link", { name: /^(Test|Recovery)$/ }).count()).toBe(0);
  });
});

describe("accessibility: axe finds nothing serious, and enough contrast in the dark too", () => {
  it("on an endpoint's pages", async () => {
    const { uid, link, id } = await anOwner();
    await publish(uid);
    await expectAllAccessible(link, [
      ["/endpoints", "nothing waiting"],
      [`/endpoints/${id}`, "HTTP 200"],
      [`/endpoints/${id}/verify`, "timingSafeEqual"],
      [`/endpoints/${id}/test`, "Event type"],
      [`/endpoints/${id}/recover`, "Replay by conditions"],
      [`/endpoints/${id}/settings`, "probed every"],
    ]);
  });

  it("on the others, and the publisher's", async () => {
    const { uid, link } = await anOwner();
    const { id } = await publish(uid);
    await expectAllAccessible(link, [
      ["/endpoints/new", "None chosen"],
      ["/messages", "message.received"],
      [`/messages/${id}`, "1 attempt"],
      ["/event-types", "ai.error"],
      ["/no-such-page", "There is no such page"],
    ]);
    const publisher = await open(printedLink());
    await shows(publisher.page, "One for each of your customers");
    await expectAccessible(publisher.page);
    await publisher.click("button", "New application");
    await expectAccessible(publisher.page);
  });
});
