/** How a publisher edits the event types in the portal, in a real browser against the real server. */
import { describe, expect, it } from "vitest";
import { expectAccessible, SOON, shows } from "../../support/portal.ts";
import { type Json, walkPortal } from "../../support/portal-walk.ts";

const { posthorn, call, open, anOwner, openAt } = walkPortal();

const INVOICE = { type: "object", properties: { id: { type: "string" }, amount: { type: "number" } } };

describe("event types", () => {
  it("are created with a schema, whose example is shown while it is typed and whose errors stand at the field", async () => {
    const { page, click } = await openAt("/event-types");
    await click("link", "New event type");
    await page.getByLabel("Name").fill("invoice.paid");
    await page.getByLabel("Description").fill("An invoice was paid");
    await page.getByLabel("Group").fill("billing");
    await page.getByLabel("Feature flags").fill("beta, partners");
    await click("button", "Add a schema");
    const schema = page.getByLabel("Schema 1", { exact: true });
    await schema.fill('{"type": "object",');
    await shows(page, /The schema is not valid JSON/);
    expect(await page.getByRole("button", { name: "Create event type" }).isDisabled()).toBe(true);
    await schema.fill('{"type": "object", "properties": {"id": {"type": "text"}}}');
    await shows(page, /The schema \/properties\/id\/type must/);
    await schema.fill(JSON.stringify(INVOICE));
    await expect
      .poll(() => page.getByLabel("Example of schema 1").textContent(), SOON)
      .toBe(JSON.stringify({ id: "text", amount: 1 }, null, 2));
    await expectAccessible(page);
    await click("button", "Create event type");
    await shows(page, "Archive or delete");
    expect(await call("GET", "/event-type/invoice.paid")).toMatchObject({
      description: "An invoice was paid",
      groupName: "billing",
      featureFlags: ["beta", "partners"],
      schemas: { "1": INVOICE },
      deprecated: false,
    });
  });

  it("are edited: a new version applies, and what the server refuses is shown where it is", async () => {
    await call("POST", "/event-type", {
      name: "order.placed",
      description: "Old",
      schemas: { "1": INVOICE },
    });
    const { page, click } = await openAt("/event-types/edit/order.placed");
    await page.getByLabel("Description").fill("An order was placed");
    await page.getByLabel("Deprecated").check();
    await click("button", "Add a version");
    await page
      .getByLabel("Schema 2", { exact: true })
      .fill('{"type": "object", "examples": [{"order": "o_1"}]}');
    await shows(page, '"order": "o_1"');
    await page.getByLabel("Group").fill("no spaces allowed");
    await click("button", "Save changes");
    await shows(page, /groupName/);
    expect(await page.getByLabel("Group").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Group").fill("orders");
    await click("button", "Save changes");
    await shows(page, "Saved.");
    expect(await call("GET", "/event-type/order.placed")).toMatchObject({
      description: "An order was placed",
      groupName: "orders",
      deprecated: true,
      schemas: { "1": INVOICE, "2": { type: "object", examples: [{ order: "o_1" }] } },
    });
    await click("button", "Remove schema 1");
    await click("button", "Save changes");
    await expect
      .poll(async () => Object.keys((await call("GET", "/event-type/order.placed"))["schemas"] as Json), SOON)
      .toEqual(["2"]);
  });

  it("are found by search, archived, shown on demand, brought back and deleted for good", async () => {
    for (const name of ["find.me", "find.other"])
      await call("POST", "/event-type", { name, description: "" });
    const { page, click } = await openAt("/event-types");
    await page.getByLabel("Search event types").fill("find.me");
    await page.getByText("find.other").waitFor({ state: "detached" });
    await click("link", "find.me");
    await click("button", "Archive");
    await shows(page, "Bring back or delete");
    expect(await call("GET", "/event-type/find.me")).toMatchObject({ archived: true });
    await click("link", "Event types");
    await shows(page, "find.other");
    await page.getByText("find.me", { exact: true }).waitFor({ state: "detached" });
    await page.getByLabel("Show archived").check();
    await click("link", "find.me");
    await click("button", "Unarchive");
    await shows(page, "Archive or delete");
    expect(await call("GET", "/event-type/find.me")).toMatchObject({ archived: false });
    await click("button", "Delete event type");
    await shows(page, "This cannot be taken back.");
    await expectAccessible(page);
    await click("button", "Delete");
    await shows(page, "What your customers choose from");
    const { data } = await call("GET", "/event-type?include_archived=true&limit=250");
    expect((data as Json[]).map(({ name }) => name)).not.toContain("find.me");
  });
});

const DOCUMENT = `openapi: "3.1.0"
info: { title: Pets, version: "1" }
webhooks:
  pet.new:
    post:
      description: A new pet
      requestBody: { content: { application/json: { schema: { type: object, required: [id] } } } }
`;

describe("an import", () => {
  it("of a pasted document shows first what changes, then changes it; the file chosen is read", async () => {
    const { page, click } = await openAt("/event-types/import");
    await shows(page, "An OpenAPI document");
    await page.getByLabel("Or paste it here").fill("webhooks: [");
    await click("button", "Show what would change");
    await page.getByRole("alert").waitFor();
    await page
      .getByLabel("Choose a file")
      .setInputFiles({ name: "pets.yaml", mimeType: "application/yaml", buffer: Buffer.from(DOCUMENT) });
    await expect.poll(() => page.getByLabel("Or paste it here").inputValue(), SOON).toBe(DOCUMENT);
    await click("button", "Show what would change");
    await shows(page, "New");
    await expectAccessible(page);
    const { data } = await call("GET", "/event-type?limit=250");
    expect((data as Json[]).map(({ name }) => name)).not.toContain("pet.new");
    await click("button", "Import");
    await shows(page, "Imported: 1 event type created or changed.");
    expect(await call("GET", "/event-type/pet.new")).toMatchObject({ description: "A new pet" });
  });

  it("that archives all others names them first, and again when it is done", async () => {
    await call("POST", "/event-type", { name: "old.thing", description: "Nobody needs it" });
    const { page, click } = await openAt("/event-types/import");
    await page.getByLabel("Or paste it here").fill(DOCUMENT);
    await page.getByRole("checkbox", { name: /^Archive all others/ }).check();
    await click("button", "Show what would change");
    const row = page.getByRole("list", { name: "What would be archived" }).getByText("old.thing");
    await row.waitFor();
    await shows(page, "Nobody needs it");
    await expectAccessible(page);
    expect(await call("GET", "/event-type/old.thing")).toMatchObject({ archived: false });
    await click("button", "Import");
    await shows(page, /\d+ archived \(.*\)\./);
    expect(await call("GET", "/event-type/old.thing")).toMatchObject({ archived: true });
  });

  it("of a built-in catalogue shows what is new and what is there already", async () => {
    const { page, click } = await openAt("/event-types/import");
    await click("button", "Choose Clawget");
    await click("button", "Show what would change");
    await shows(page, "What would change");
    await click("button", "Import");
    await shows(page, /Imported: \d+ event types/);
    const { data } = await call("GET", "/event-type/import/catalogue");
    const [type] =
      (data as { name: string; eventTypes: Json[] }[]).find(({ name }) => name === "clawget")?.eventTypes ??
      [];
    expect(await call("GET", `/event-type/${type?.["name"]}`)).toMatchObject({ archived: false });
    await page.reload();
    await click("button", "Choose Clawget");
    await click("button", "Show what would change");
    await shows(page, "All of them are there already, just like this.");
  });
});

describe("the catalogue", () => {
  it("is published for everybody, taken back, and downloaded as a document", async () => {
    await call("POST", "/event-type/import/catalogue", { name: "clawbook" });
    const { page, click } = await openAt("/event-types");
    await page.getByLabel("Title of the page").fill("Our webhooks");
    await click("button", "Publish the page");
    await shows(page, "Anybody may read");
    expect(await call("GET", "/catalogue")).toMatchObject({ published: true, title: "Our webhooks" });
    await expectAccessible(page);
    const download = page.waitForEvent("download");
    await click("button", "Download OpenAPI document");
    expect((await download).suggestedFilename()).toBe("event-types.openapi.json");
    await click("button", "Take the page back");
    await shows(page, "The catalogue is not public");
    expect(await call("GET", "/catalogue")).toMatchObject({ published: false });
  });
});

describe("a key that may only read", () => {
  it("is shown all of it, and offered nothing that would be refused", async () => {
    await call("POST", "/event-type/import/catalogue", { name: "clawbook" });
    const { id } = await call("POST", "/operational-webhook/endpoint", {
      url: "https://a.example/",
      disabled: true,
    });
    await call("PUT", "/dialect/seen", {});
    const { token } = await call("POST", "/api-key", { name: "Reader", scopes: ["read"] });
    const { page } = await open(`${posthorn().url}/portal/login#key=${btoa(JSON.stringify({ token }))}`);
    await shows(page, "One for each of your customers");
    const places: [path: string, text: string][] = [
      ["/event-types", "ai.error"],
      ["/event-types/edit/ai.error", "JSON Schema"],
      ["/dialects", "clawlabor"],
      ["/dialects/show/seen", "In words"],
      ["/operational", "https://a.example/"],
      [`/operational/${id}`, "Verify what you receive"],
    ];
    for (const [path, text] of places) {
      await page.goto(`${posthorn().url}/portal${path}`);
      await shows(page, text);
      const name = /^(New|Import|Edit|Delete|Save|Add endpoint|Archive|Publish|Disable|Rotate|Reveal)/;
      for (const role of ["button", "link"] as const) {
        expect(await page.getByRole(role, { name }).count(), `${path}: ${role}`).toBe(0);
      }
      expect(await page.getByRole("link", { name: "Copy" }).count(), path).toBe(0);
    }
  });
});

describe("a consumer", () => {
  it("has none of these pages", async () => {
    const { link } = await anOwner();
    const { page } = await open(link);
    await shows(page, "Where your events are sent");
    await page.goto(`${posthorn().url}/portal/event-types/new`);
    await shows(page, "There is no such page");
  });
});
