/** Who is told that deliveries fail, and when. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { expectAccessible, shows } from "../../support/portal.ts";
import { type Json, walkPortal } from "../../support/portal-walk.ts";

const { posthorn, receiver, call, open, anOwner, publish, expectAllAccessible } = walkPortal({
  env: { POSTHORN_CRON_SECONDS: "1" },
});

describe("alerts", () => {
  it("are rules that are added in plain words, fire, and are deleted", async () => {
    const { uid, link } = await anOwner({ policy: { retrySchedule: [] } });
    const { page, click } = await open(link);
    await click("link", "Alerts");
    await shows(page, "No rules yet");
    await click("button", "Add rule");
    await page.getByLabel("Fires at").fill("0");
    await page.getByRole("dialog").getByRole("button", { name: "Add rule" }).click();
    await shows(page, /greater than or equal|>=\s*1|too small/i);
    await page.getByLabel("Fires at").fill("2");
    await page.getByLabel("Name").fill("Pager");
    await shows(page, "Fires when 2 attempts fail within 1 hour, all endpoints together.");
    await page.getByRole("dialog").getByRole("button", { name: "Add rule" }).click();
    await shows(page, "Pager");
    await shows(page, /Has not fired/);
    receiver().behave(() => ({ status: 500 }));
    for (let n = 0; n < 3; n++) await publish(uid);
    await expect
      .poll(
        async () => ((await call("GET", `/app/${uid}/alert`))["data"] as Json[])[0]?.["lastFiredAt"] ?? null,
        { timeout: 60_000, interval: 500 },
      )
      .not.toBeNull();
    await page.reload();
    await shows(page, /Last fired/);
    await click("button", /^Delete rule/);
    await page.getByRole("dialog").getByRole("button", { name: "Delete rule" }).click();
    await shows(page, "No rules yet");
  });

  it("are written to addresses that are given and taken away here, of which nonsense is refused", async () => {
    const { uid, link } = await anOwner();
    const { page, click } = await open(link);
    await click("link", "Alerts");
    await page.getByLabel("Addresses").fill("nobody");
    await click("button", "Save");
    await shows(page, /number 1 is not one/);
    await page.getByLabel("Addresses").fill("owner@example.com, oncall@example.com");
    await click("button", "Save");
    const addresses = async () => (await call("GET", `/app/${uid}/alert-email`))["addresses"];
    await expect.poll(addresses, { timeout: 15_000 }).toEqual(["owner@example.com", "oncall@example.com"]);
    await shows(page, "posthorn@localhost");
    await page.getByLabel("Addresses").fill("");
    await click("button", "Save");
    await expect.poll(addresses, { timeout: 15_000 }).toEqual([]);
  });

  it("are tried with a test e-mail, of which is said where it went", async () => {
    const { link } = await anOwner();
    const { page, click } = await open(link);
    await click("link", "Alerts");
    const button = page.getByRole("button", { name: "Send a test e-mail" });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel("Addresses").fill("owner@example.com");
    await click("button", "Save");
    await expect.poll(() => button.isEnabled(), { timeout: 15_000 }).toBe(true);
    await button.click();
    await shows(
      page,
      /Mail of this deployment goes nowhere: what is for owner@example\.com was put into a file/,
    );
    await shows(page, /The last one was sent/);
    await expectAccessible(page);
    await button.click();
    await shows(page, /at most one a minute; try again in/);
    const { data } = await call("GET", `/audit-log?limit=5`);
    expect((data as Json[]).map(({ action }) => action)).toContain("posthorn.application.test-alert-email");
    const other = await anOwner();
    await call("PATCH", `/app/${other.uid}/alert-email`, { email: "on@example.com" });
    const sent = await call("POST", `/app/${other.uid}/alert-email/test`);
    expect(await readFile(String(sent["file"]), "utf8")).toContain("To: on@example.com");
  });

  it("say when the mail service refused a test e-mail", async () => {
    const { uid, link } = await anOwner();
    await call("PATCH", `/app/${uid}/alert-email`, { email: "on@example.com" });
    const { page, click } = await open(link);
    const answers = [
      { sent: false, to: ["on@example.com"], way: null, file: null, failure: "E_RECIPIENT: no such mailbox" },
      { sent: true, to: ["on@example.com"], way: "service", file: null, failure: null },
    ];
    await page.route("**/alert-email/test", (route) => route.fulfill({ json: answers.shift() }));
    await click("link", "Alerts");
    await click("button", "Send a test e-mail");
    await shows(page, "It was not sent: E_RECIPIENT: no such mailbox.");
    await click("button", "Send a test e-mail");
    await shows(page, /The mail service took it for on@example\.com/);
  });

  it("are only looked at by who may only look", async () => {
    const { uid, link } = await anOwner({ access: { readOnly: true } });
    await call("POST", `/app/${uid}/alert`, { metric: "webhook-exhausted", threshold: 1, window: "90m" });
    const { page, click } = await open(link);
    await click("link", "Alerts");
    await shows(page, "1 message is given up within 90 minutes, all endpoints together");
    await shows(page, "Nobody is written to.");
    for (const name of ["Add rule", /^Delete/, "Save", /test e-mail/]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
  });

  it("say when this deployment sends no mail", async () => {
    const { link } = await anOwner();
    const { page, click } = await open(link);
    await page.route("**/alert-email", async (route) => {
      const json = { addresses: [], canSend: false, from: null, lastMailAt: null };
      await route.fulfill({ json });
    });
    await click("link", "Alerts");
    await shows(page, /No mail is sent from here/);
  });

  it("keep nobody out", async () => {
    const { uid, link } = await anOwner();
    await call("POST", `/app/${uid}/alert`, { metric: "webhook-exhausted", threshold: 1, window: "90m" });
    await expectAllAccessible(link, [["/alerts", "90 minutes"]]);
    const { page, click } = await open(link);
    await page.goto(`${posthorn().url}/portal/alerts`);
    await click("button", "Add rule");
    await shows(page, /Fires when/);
  });
});
