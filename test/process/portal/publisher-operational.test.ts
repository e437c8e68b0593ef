/** How a publisher's own servers are told of the deployment, set up in the portal. */
import { describe, expect, it } from "vitest";
import { expectAccessible, shows } from "../../support/portal.ts";
import { type Json, walkPortal } from "../../support/portal-walk.ts";

const { receiver, call, openAt } = walkPortal();
const PATH = "/operational-webhook/endpoint";

async function anEndpoint(fields: Json = {}): Promise<string> {
  const url = `${receiver().url}operations-${crypto.randomUUID()}`;
  return String((await call("POST", PATH, { url, ...fields }))["id"]);
}

describe("operational webhooks", () => {
  it("are added with types whose meaning is told, and receive them", async () => {
    const { page, click } = await openAt("/operational");
    await shows(page, "Nobody is told yet");
    await expectAccessible(page);
    await click("link", "Add endpoint");
    await page.getByLabel("Endpoint URL").fill(`${receiver().url}told`);
    await page.getByLabel("Description").fill("On call");
    await page.getByLabel("All events, also types that are added later").uncheck();
    await click("button", "Create endpoint");
    await shows(page, "Choose at least one event type");
    await shows(page, "An endpoint was added to an application.");
    await click("checkbox", /endpoint\.created/);
    await click("button", "Add header");
    await page.getByLabel("Name of header 1").fill("X-Team");
    await page.getByLabel("Value of header 1").fill("blue");
    await expectAccessible(page);
    await click("button", "Create endpoint");
    await shows(page, "Disable or delete");
    const { data } = await call("GET", PATH);
    const made = (data as Json[]).find(({ url }) => url === `${receiver().url}told`);
    expect(made).toMatchObject({ description: "On call", eventTypes: ["endpoint.created"], disabled: false });
    expect(await call("GET", `${PATH}/${made?.["id"]}/headers`)).toMatchObject({
      headers: { "X-Team": "blue" },
    });
    await call("POST", "/app", { name: "Told of", uid: "told-of" });
    await call("POST", "/app/told-of/endpoint", { url: `${receiver().url}other` });
    const [request] = await receiver().waitFor(1);
    expect(request?.headers).toMatchObject({ "x-team": "blue" });
    expect(JSON.parse(String(request?.body))).toMatchObject({ type: "endpoint.created" });
  });

  it("are edited without losing what the form does not show, disabled, enabled and deleted", async () => {
    const uid = `own-${crypto.randomUUID()}`;
    const id = await anEndpoint({ uid, metadata: { team: "blue" }, eventTypes: ["endpoint.disabled"] });
    const { page, click } = await openAt(`/operational/${id}`);
    await page.getByLabel("Description").fill("Edited");
    await page.getByLabel("Rate limit").fill("5");
    await click("checkbox", /message\.attempt\.exhausted/);
    await click("button", "Save changes");
    await shows(page, "Saved. It holds from the next attempt.");
    const edited = {
      uid,
      metadata: { team: "blue" },
      description: "Edited",
      throttleRate: 5,
      eventTypes: ["endpoint.disabled", "message.attempt.exhausted"],
    };
    expect(await call("GET", `${PATH}/${id}`)).toMatchObject({ ...edited, disabled: false });
    await click("button", "Disable endpoint");
    await page.getByRole("button", { name: "Enable endpoint" }).waitFor();
    expect(await call("GET", `${PATH}/${id}`)).toMatchObject({ ...edited, disabled: true });
    await click("button", "Enable endpoint");
    await page.getByRole("button", { name: "Disable endpoint" }).waitFor();
    expect(await call("GET", `${PATH}/${id}`)).toMatchObject({ ...edited, disabled: false });
    await expectAccessible(page);
    await click("button", "Delete endpoint");
    await click("button", "Delete");
    await shows(page, "Your own servers, told what happens");
    const { data } = await call("GET", PATH);
    expect((data as Json[]).map((one) => one["id"])).not.toContain(id);
  });

  it("show and rotate their secret, say how to verify, and have headers whose secrets stay hidden", async () => {
    const id = await anEndpoint({
      disabled: true,
      headers: { "X-Team": "red", Authorization: "Bearer s3cret" },
    });
    const { page, click } = await openAt(`/operational/${id}`);
    const before = String((await call("GET", `${PATH}/${id}/secret`))["key"]);
    await click("button", "Reveal");
    await shows(page, before);
    await click("button", "Rotate");
    await click("button", "Rotate secret");
    await page.getByText(before).waitFor({ state: "detached" });
    await shows(page, String((await call("GET", `${PATH}/${id}/secret`))["key"]));
    await page.getByText("Code for the format svix").click();
    await shows(page, "timingSafeEqual");
    await expectAccessible(page);
    await shows(page, "To save, give Authorization again: the value is not shown.");
    expect(await page.getByRole("button", { name: "Save headers" }).isDisabled()).toBe(true);
    await page.getByLabel("Value of header 2").fill("Bearer other");
    await page.getByLabel("Value of header 1").fill("green");
    await click("button", "Save headers");
    await page.getByText("Saved.", { exact: true }).waitFor();
    expect(await call("GET", `${PATH}/${id}/headers`)).toMatchObject({
      headers: { "X-Team": "green" },
      sensitive: ["Authorization"],
    });
  });
});
