/** The whole deployment's figures, and an endpoint's health at a glance, in a real browser against the real server. */
import { describe, expect, it } from "vitest";
import { SOON, shows } from "../../support/portal.ts";
import { type Json, walkPortal } from "../../support/portal-walk.ts";

const { receiver, call, open, anOwner, publish, printedLink, expectAllAccessible } = walkPortal();

/** Until the samples that the server takes tell of so many accepted events; of none means that there are two samples. */
async function sampled(accepted: number): Promise<Json> {
  let overview: Json = {};
  await expect
    .poll(
      async () => {
        overview = await call("GET", "/deployment/overview");
        return Number((overview["total"] as Json)["accepted"] ?? -1);
      },
      { timeout: 50_000, interval: 1000 },
    )
    .toBeGreaterThanOrEqual(accepted);
  return overview;
}

describe("the publisher's overview", () => {
  it("has figures at once, then charts with tables, and leads to an endpoint in trouble", async () => {
    const fresh = await open(printedLink());
    await fresh.click("link", "Overview");
    await shows(fresh.page, "No endpoint has failed lately");
    const owner = await anOwner();
    receiver().behave(({ path }) => ({ status: path.endsWith(owner.uid) ? 503 : 200 }));
    await sampled(0);
    for (let n = 0; n < 3; n++) await publish(owner.uid);
    await sampled(3);
    const { page, click } = await open(printedLink());
    await click("link", "Overview");
    await shows(page, "attempts failed");
    for (const title of [
      /^Events accepted an? (second|minute|hour)/,
      "Success rate of attempts",
      "Time from accepted to delivered",
      "Backlog",
    ]) {
      await page.getByRole("img", { name: title }).waitFor();
      await expect.poll(() => page.getByRole("img", { name: title }).locator("canvas").count(), SOON).toBe(1);
    }
    const chart = page.getByRole("figure").filter({ hasText: /Events accepted an? / });
    await chart.getByText("As a table").click();
    expect(await chart.getByRole("row").count()).toBeGreaterThan(1);
    await chart.locator(".u-over").hover();
    await expect.poll(() => chart.locator(".chart-at").textContent(), SOON).toMatch(/^\d\d:\d\d$/);
    await page.getByLabel("Range").selectOption("Last 7 days");
    await shows(page, "Endpoints in trouble");
    await click("link", owner.path);
    await shows(page, "Deliveries have been failing since");
    await page
      .getByRole("img", { name: /^Attempts of the last 24 hours: 0 delivered, [3-9] failed/ })
      .waitFor();
  });

  it("is the publisher's alone", async () => {
    const { page } = await open((await anOwner()).link);
    await shows(page, "Where your events are sent");
    expect(await page.getByRole("link", { name: "Overview" }).count()).toBe(0);
  });
});

describe("a consumer's list of endpoints", () => {
  it("shows the last day's attempts, the last error, and why one is disabled", async () => {
    const { uid, id, link, path } = await anOwner({ policy: { retrySchedule: [] } });
    receiver().behave(({ path: called }) => ({ status: path.endsWith(called) ? 410 : 200 }));
    await publish(uid);
    const isDisabled = async () => (await call("GET", `/app/${uid}/endpoint/${id}`))["disabled"];
    await expect.poll(isDisabled, { timeout: 30_000 }).toBe(true);
    const { page } = await open(link);
    await shows(page, "Last error: HTTP 410");
    await shows(page, "Disabled: your server answered 410 Gone");
    await page.getByRole("img", { name: "Attempts of the last 24 hours: 0 delivered, 1 failed" }).waitFor();
  });
});

it("axe finds nothing in these pages", async () => {
  const { uid, link } = await anOwner();
  await publish(uid);
  await sampled(1);
  await expectAllAccessible(link, [["/endpoints", "nothing waiting"]]);
  await expectAllAccessible(printedLink(), [["/overview", /Events accepted an? /]]);
});
