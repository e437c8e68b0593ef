/** Choosing one of many endpoints, with the keyboard alone. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectAccessible, SOON, shows } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";

const { call, open, publish, posthorn } = walkPortal();
const MANY = 55;

/** An application with so many endpoints; the first one is the last that is listed. */
async function endpointsOf(uid: string, count: number) {
  await call("POST", "/event-type/import/catalogue", { name: "clawbook" });
  await call("POST", "/app", { name: uid, uid });
  const make = (n: number) =>
    call("POST", `/app/${uid}/endpoint`, {
      url: `https://receiver.example/${uid}/number-${n}-end`,
      description: n === 0 ? "The oldest one" : "",
      eventTypes: ["message.received"],
      disabled: true,
    });
  const first = await make(0);
  for (let n = 1; n < count; n += 20) {
    await Promise.all(Array.from({ length: Math.min(20, count - n) }, (_, step) => make(n + step)));
  }
  const { url } = await call("POST", `/auth/app-portal-access/${uid}`, {});
  return { link: String(url), first: String(first["id"]) };
}

const picker = (page: Page) => page.getByRole("combobox", { name: "Endpoint" });

const optionsOf = (page: Page) => page.getByRole("listbox").getByRole("option");

describe("one of many endpoints", () => {
  it("is found by typing, however old, and its messages are shown", async () => {
    const { link } = await endpointsOf("many", MANY);
    const { page, click } = await open(link);
    // As if a page of them held fewer.
    await page.route("**/endpoint?limit=250*", (route) =>
      route.continue({ url: route.request().url().replace("limit=250", "limit=20") }),
    );
    await click("link", "Messages");
    await page.getByText("Filter", { exact: true }).click();
    await picker(page).click();
    await expect.poll(() => optionsOf(page).count(), SOON).toBe(MANY + 1);
    await expectAccessible(page);
    await page.keyboard.type("number-0-end");
    await expect.poll(() => optionsOf(page).count(), SOON).toBe(1);
    await shows(page, "The oldest one");
    await page.keyboard.press("Enter");
    expect(await picker(page).inputValue()).toBe("https://receiver.example/many/number-0-end");
    expect(await picker(page).getAttribute("aria-expanded")).toBe("false");
    await page.getByLabel("Status there").waitFor();
    await picker(page).press("ArrowDown");
    await picker(page).press("ArrowDown");
    const active = await picker(page).getAttribute("aria-activedescendant");
    expect(await page.locator(`[id="${active}"]`).textContent()).toBe("Any, or none");
    await page.keyboard.press("Enter");
    expect(await picker(page).inputValue()).toBe("Any, or none");
    await page.keyboard.type("no-such-endpoint");
    await shows(page, "None has this in it");
    await page.keyboard.press("Tab");
    expect(await picker(page).inputValue()).toBe("Any, or none");
  });

  it("is named in a rule; Escape closes the list and not the dialog, Enter sends nothing", async () => {
    const { link, first } = await endpointsOf("ruled", 3);
    const { page, click } = await open(link);
    await click("link", "Alerts");
    await click("button", "Add rule");
    await picker(page).click();
    await optionsOf(page).filter({ hasText: "All together" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await picker(page).getAttribute("aria-expanded")).toBe("false");
    expect(await page.getByRole("dialog").count()).toBe(1);
    await page.keyboard.type("oldest");
    await optionsOf(page).first().waitFor();
    await expect.poll(() => optionsOf(page).count(), SOON).toBe(1);
    await expectAccessible(page);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await shows(page, /at https:\/\/receiver\.example\/ruled\/number-0-end/);
    expect((await call("GET", "/app/ruled/alert"))["data"]).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Add rule" }).click();
    await expect
      .poll(async () => (await call("GET", "/app/ruled/alert"))["data"], SOON)
      .toMatchObject([{ endpointId: first }]);
    await shows(page, /number-0-end/);
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${posthorn().url}/portal/messages`);
    await page.getByText("Filter", { exact: true }).click();
    await publish("ruled");
    await picker(page).click();
    await optionsOf(page).first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
