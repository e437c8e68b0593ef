/** Who pulls, as a consumer sees and moves them. */
import { describe, expect, it } from "vitest";
import { SOON, shows } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";

const { posthorn, call, open, anOwner, publish, expectAllAccessible } = walkPortal();

/** An owner whose agent `worker` has acknowledged the first of three events and holds the second. */
async function anAgent(access = {}) {
  const owner = await anOwner({ access });
  const big = '{"message_id": "m_big", "size": 12345678901234567890}';
  await publish(owner.uid);
  await fetch(`${posthorn().url}/api/v1/app/${owner.uid}/msg`, {
    method: "POST",
    headers: { authorization: `Bearer ${posthorn().key}` },
    body: `{"eventType": "message.received", "eventId": "big", "payload": ${big}}`,
  });
  await publish(owner.uid);
  const { token } = await call("POST", `/auth/app-portal-access/${owner.uid}`, {});
  const me = (path: string, init?: RequestInit) =>
    fetch(`${posthorn().url}/events/me${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
  await me("/events/ack", { method: "POST", body: '{"consumer": "worker", "event_ids": [1]}' });
  await me("/events?consumer=worker&limit=1&lease_seconds=600");
  const agent = () => call("GET", `/app/${owner.uid}/agent/worker`);
  return { ...owner, agent, big, at: `${posthorn().url}/portal/agents/worker` };
}

describe("agents", () => {
  it("are shown with what they have not done, have events acknowledged, are moved and forgotten", async () => {
    const { link, agent } = await anAgent();
    const { page, click } = await open(link);
    await click("link", "Agents");
    await shows(page, "2 pending");
    await shows(page, /1 held/);
    await click("link", "worker");
    await shows(page, "Pending events");
    await page.getByText("big", { exact: true }).click();
    await shows(page, "12345678901234567890");
    await shows(page, /A worker holds it/);
    await click("button", "Acknowledge…");
    await click("button", "Acknowledge");
    await shows(page, "1 pending");
    expect(await agent()).toMatchObject({ acknowledgedUpTo: 2, pending: 1, leased: 0 });
    await click("button", "Move…");
    await page.getByLabel("To", { exact: true }).selectOption("start");
    await click("button", "Move");
    await shows(page, "3 pending");
    await click("button", "Move…");
    await click("button", "Move");
    await shows(page, "Nothing is pending");
    expect(await agent()).toMatchObject({ acknowledgedUpTo: 3, pending: 0 });
    await click("button", "Forget…");
    await click("button", "Forget");
    await shows(page, "No agents yet");
  });

  it("are connected with code that works as it stands", async () => {
    const { page, click } = await open((await anOwner()).link);
    await click("link", "Agents");
    await shows(page, "No agents yet");
    for (const language of ["Node", "Python", "curl"]) {
      await click("button", language);
      await expect
        .poll(() => page.getByLabel("An agent").textContent(), SOON)
        .toContain(`${posthorn().url}/events/me/events`);
    }
  });

  it("are not moved by who may only look", async () => {
    const { link, at } = await anAgent({ readOnly: true });
    const { page } = await open(link);
    await page.goto(at);
    await page.getByText("big", { exact: true }).click();
    await shows(page, "12345678901234567890");
    for (const name of ["Move…", "Forget…", "Acknowledge…", "Acknowledge all up to here…"]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
  });

  it("keep nobody out", async () => {
    const { link } = await anAgent();
    await expectAllAccessible(link, [
      ["/agents", "2 pending"],
      ["/agents/worker", "Pending events"],
      ["/agents/nobody", "There is no such agent"],
    ]);
  });
});
