/** Where the keyboard is, and what a page says of places that are not there, in a real browser. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { SOON, shows } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";

const portal = walkPortal();
const { open, openAt, call, printedLink } = portal;

/** What has the focus, as it is called. */
const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const at = document.activeElement;
    const label = at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent;
    return at.tagName.toLowerCase() + ": " + (at === document.body ? "" : label.trim());
  })()`);

const expectFocus = (page: Page, what: string) => expect.poll(() => focused(page), SOON).toBe(what);

async function inboxOf(uid: string) {
  await call("POST", "/app", { name: uid, uid });
  return openAt(`/app/${uid}/inbox`);
}

describe("the keyboard", () => {
  it("is in the first field of a dialog, so that typing and Enter make what was asked for", async () => {
    const { page } = await open(printedLink());
    await page.getByRole("button", { name: "New application" }).press("Enter");
    await expectFocus(page, "input: Name");
    await page.keyboard.type("Typed at once");
    await page.keyboard.press("Enter");
    await shows(page, "Typed at once");
    await expectFocus(page, "h1: Endpoints");
  });

  it("is on a question's answer that takes nothing away", async () => {
    const { page, click } = await inboxOf("asked");
    await click("button", "Create inbox");
    await page.getByRole("button", { name: "Delete…" }).press("Enter");
    await expectFocus(page, "button: Cancel");
  });

  it("is back on what opened a dialog once that is closed", async () => {
    const { page } = await open(printedLink());
    for (const close of ["Escape", "Tab"]) {
      await page.getByRole("button", { name: "New application" }).press("Enter");
      await expectFocus(page, "input: Name");
      await page.keyboard.press(close);
      if (close === "Tab") await page.getByRole("button", { name: "Cancel" }).press("Enter");
      await expectFocus(page, "button: New application");
    }
  });

  it("is on the heading when the button it was on has done its work and gone", async () => {
    const { page } = await inboxOf("gone");
    await page.getByRole("button", { name: "Create inbox" }).press("Enter");
    await expectFocus(page, "h1: Inbox");
    await page.getByRole("button", { name: "Add an endpoint that sends here" }).press("Enter");
    await shows(page, "An endpoint whose requests come here");
    await expectFocus(page, "h1: Inbox");
  });

  it("is on the heading of a page that a link led to, and stays on the tabs that stay", async () => {
    const { uid } = await portal.anOwner();
    const { page } = await openAt(`/app/${uid}/endpoints`);
    await page.getByRole("main").getByRole("link", { name: "Add endpoint" }).press("Enter");
    await expectFocus(page, "h1: Add endpoint");
    await page.getByRole("link", { name: "Messages", exact: true }).press("Enter");
    await shows(page, "Everything that happened");
    await expectFocus(page, "a: Messages");
  });

  it("is nowhere after a click beside everything", async () => {
    const { page } = await open(printedLink());
    await page.getByRole("button", { name: "New application" }).focus();
    await page.mouse.click(990, 790);
    await expectFocus(page, "body: ");
    await call("POST", "/app", { name: "Meanwhile" });
    await page.reload();
    await shows(page, "Meanwhile");
    await expectFocus(page, "body: ");
  });
});

describe("a place that is not there", () => {
  it.each([
    ["/nope", "There is no such page", "Applications"],
    ["/app/app_nope/endpoints", "There is no such application", "All applications"],
  ])("is called so at %s, with a way on", async (path, title, way) => {
    const { page, click } = await openAt(path);
    await shows(page, title);
    await page.getByRole("main").getByRole("link", { name: way, exact: true }).waitFor();
    await click("link", way);
    await page.getByRole("heading", { name: "Applications" }).waitFor();
  });

  it("is no error for an inbox that nobody has made", async () => {
    const { url } = portal.posthorn();
    const { page } = await inboxOf("none-yet");
    const failed: string[] = [];
    page.on("response", (answer) => {
      if (answer.status() >= 400) failed.push(`${answer.status()} ${answer.url().replace(url, "")}`);
    });
    await page.reload();
    await shows(page, "No inbox yet");
    expect(failed).toEqual([]);
  });
});

describe("who is not let in", () => {
  it.each(["garbage", btoa("{}"), ""])("hears that the link with the key %j does not work", async (key) => {
    const { page, click } = await open(`${portal.posthorn().url}/portal/login#key=${key}`);
    await shows(page, "This link does not work");
    expect(page.url()).not.toContain("key=");
    await page.getByLabel("Publisher key").fill(portal.posthorn().key);
    await click("button", "Sign in");
    await click("button", "Sign out");
    await shows(page, "Publishers sign in with a key");
  });

  it("hears that what cannot be sent is no key, and not that there is no server", async () => {
    const { page, click } = await open(`${portal.posthorn().url}/portal`);
    await page.getByLabel("Publisher key").fill("sk_…");
    await click("button", "Sign in");
    await shows(page, "This is no key");
  });
});

describe("an application with a long name", () => {
  it("keeps the page's first line one line high on a phone, and lets the publisher sign out", async () => {
    const name = "An application whose name somebody has taken a whole sentence for";
    await call("POST", "/app", { name, uid: "long" });
    const { page, click } = await openAt("/app/long/endpoints");
    await page.setViewportSize({ width: 390, height: 800 });
    const title = page.getByTitle(name);
    await expect.poll(async () => (await title.boundingBox())?.height ?? 0, SOON).toBeGreaterThan(10);
    expect((await title.boundingBox())?.height).toBeLessThan(40);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await click("button", "Sign out");
    await page.getByLabel("Publisher key").waitFor();
  });
});
