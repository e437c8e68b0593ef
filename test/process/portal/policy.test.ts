/** An endpoint's delivery policy in the portal: every part of it, and the way back to what is inherited. */
import { describe, expect, it } from "vitest";
import { expectAccessible, SOON, shows } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";

const { call, open, anOwner } = walkPortal();

describe("a delivery policy", () => {
  it("is changed in every part, told where each comes from, and each is reset to what is inherited", async () => {
    const { uid, id, link, at } = await anOwner();
    const path = `/app/${uid}/endpoint/${id}/delivery-policy`;
    await call("PATCH", `/app/${uid}/delivery-policy`, { timeoutSeconds: 9, concurrency: 2 });
    const { page, click } = await open(link);
    await page.goto(`${at}/settings`);
    await shows(page, "9s (from the application)");
    await page.getByText("Change the policy").click();
    await page.getByLabel("Format").selectOption("clawbook");
    await page.getByLabel("These waits vary").selectOption("Not at all");
    await page.getByLabel("Order", { exact: true }).selectOption("Strictly in order, one at a time");
    await page.getByLabel("Timeout in seconds").fill("20");
    await page.getByLabel("Requests at a time").fill("3");
    await page.getByLabel("Failures in a row").fill("4");
    await page.getByLabel("First probe after, in seconds").fill("30");
    await click("button", "Save policy");
    await shows(page, "Saved. It holds from the next attempt.");
    await expectAccessible(page);
    const own = { timeoutSeconds: "endpoint", jitter: "endpoint", breaker: "endpoint", ordering: "endpoint" };
    expect(await call("GET", path)).toMatchObject({
      dialect: "clawbook",
      jitter: false,
      ordering: "fifo",
      timeoutSeconds: 20,
      concurrency: 3,
      breaker: { failures: 4, firstProbeSeconds: 30 },
      sources: { ...own, dialect: "endpoint", concurrency: "endpoint", retrySchedule: "dialect" },
    });
    await shows(page, "Set here; inherited it would be: 9s.");
    await click("button", "Reset to inherited: Timeout");
    await expect.poll(() => page.getByLabel("Timeout in seconds").inputValue(), SOON).toBe("9");
    expect(await call("GET", path)).toMatchObject({
      timeoutSeconds: 9,
      sources: { timeoutSeconds: "application" },
    });
    for (const part of ["When it is down", "Order", "Variation", "Requests at a time", "Format"]) {
      await click("button", `Reset to inherited: ${part}`);
      await page.getByRole("button", { name: `Reset to inherited: ${part}` }).waitFor({ state: "detached" });
    }
    expect(await call("GET", path)).toMatchObject({
      dialect: "standard",
      ordering: "none",
      concurrency: 2,
      sources: { dialect: "deployment", breaker: "deployment", ordering: "deployment", jitter: "dialect" },
    });
  });

  it("may switch the breaker off, and is refused at the field what is out of bounds", async () => {
    const { uid, id, link, at } = await anOwner();
    const { page, click } = await open(link);
    await page.goto(`${at}/settings`);
    await page.getByText("Change the policy").click();
    await page.getByLabel("When it is down").selectOption("Go on sending everything");
    await page.getByLabel("Requests at a time").fill("700");
    await click("button", "Save policy");
    await expect
      .poll(() => page.getByLabel("Requests at a time").getAttribute("aria-invalid"), SOON)
      .toBe("true");
    await page.getByLabel("Requests at a time").fill("1");
    await click("button", "Save policy");
    await shows(page, "sent to all the same");
    expect(await call("GET", `/app/${uid}/endpoint/${id}/delivery-policy`)).toMatchObject({
      breaker: "off",
      concurrency: 1,
    });
  });
});
