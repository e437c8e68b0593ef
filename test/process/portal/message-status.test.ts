/** How messages stand over all endpoints, as a consumer sees and filters them. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { shows } from "../../support/portal.ts";
import { PUBLISHED, walkPortal } from "../../support/portal-walk.ts";

const { receiver, call, open, anOwner, publish, expectAllAccessible } = walkPortal();

/** An owner of two endpoints, of which the second refuses; one message for both, one for none. */
async function twoEndpoints() {
  const owner = await anOwner({ policy: { retrySchedule: [] } });
  const second = `${owner.path}-second`;
  const { id } = await call("POST", `/app/${owner.uid}/endpoint`, {
    url: second,
    eventTypes: ["message.received"],
  });
  await call("PATCH", `/app/${owner.uid}/endpoint/${id}/delivery-policy`, { retrySchedule: [] });
  receiver().behave((request) => ({ status: request.path.endsWith("-second") ? 500 : 200 }));
  await publish(owner.uid, { ...PUBLISHED, eventId: "half" });
  await publish(owner.uid, { ...PUBLISHED, eventId: "none", eventType: "message.sent" });
  return { ...owner, second };
}

const rowOf = (page: Page, eventId: string) => page.getByRole("listitem").filter({ hasText: eventId });

describe("the list of messages", () => {
  it("says how each stands over all endpoints, without one being chosen", async () => {
    const { link } = await twoEndpoints();
    const { page, click } = await open(link);
    await click("link", "Messages");
    await rowOf(page, "half").getByText("Failed at 1 of 2").waitFor();
    await rowOf(page, "none").getByText("Went nowhere").waitFor();
    await page.getByText("Filter", { exact: true }).click();
    const status = page.getByLabel("Status", { exact: true });
    await status.selectOption("Failed at one");
    await rowOf(page, "none").waitFor({ state: "detached" });
    await rowOf(page, "half").waitFor();
    await status.selectOption("Went nowhere");
    await rowOf(page, "half").waitFor({ state: "detached" });
    await rowOf(page, "none").waitFor();
    await status.selectOption("On the way");
    await shows(page, "No message fits");
    await click("button", "Clear the filters");
    await rowOf(page, "half").waitFor();
  });

  it("says how each stands at the one that is chosen", async () => {
    const { link, path } = await twoEndpoints();
    const { page, click } = await open(link);
    await click("link", "Messages");
    await rowOf(page, "half").getByText("Failed at 1 of 2").waitFor();
    await page.getByText("Filter", { exact: true }).click();
    await page.getByRole("combobox", { name: "Endpoint" }).fill(path);
    await page.getByRole("option", { name: `${path} ep_` }).click();
    await rowOf(page, "half").getByText("Delivered", { exact: true }).waitFor();
    expect(await rowOf(page, "none").count()).toBe(0);
    await page.getByLabel("Status there").selectOption("Failed");
    await shows(page, "No message fits");
  });

  it("changes as deliveries do, without a reload", async () => {
    const { link, uid } = await twoEndpoints();
    const { page, click } = await open(link);
    await click("link", "Messages");
    await rowOf(page, "half").getByText("Failed at 1 of 2").waitFor();
    receiver().behave(() => ({}));
    await publish(uid, { ...PUBLISHED, eventId: "whole" });
    await rowOf(page, "whole").getByText("Delivered to 2 of 2").waitFor();
  });

  it("keeps nobody out", async () => {
    const { link } = await twoEndpoints();
    await expectAllAccessible(link, [["/messages", "Went nowhere"]]);
  });
});
