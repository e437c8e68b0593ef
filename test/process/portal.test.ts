/** Walks the portal in a real browser against the real server and real receivers. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../../scripts/portal/browser.ts";
import { expectAccessible, shows, type Visit, visit } from "../support/portal.ts";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

type Json = Record<string, unknown>;

let posthorn: PosthornProcess;
let data: { path: string; remove(): Promise<void> };
let browser: Browser;
let receiver: Receiver;
let visits: Visit[] = [];

beforeAll(async () => {
  data = await temporaryDirectory();
  const env = { POSTHORN_PORTAL_FRAME_ANCESTORS: "http://127.0.0.1:*" };
  [posthorn, browser, receiver] = await Promise.all([
    startPosthornProcess({ dataDir: data.path, env }),
    launchBrowser(),
    startReceiver(),
  ]);
});

afterEach(async () => {
  const complaints = visits.flatMap((one) => one.complaints);
  for (const one of visits) await one.close();
  visits = [];
  receiver.behave(() => ({}));
  expect(complaints).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  await receiver.close();
  await endPosthornProcesses();
  await data.remove();
});

async function call(method: string, path: string, json?: Json): Promise<Json> {
  const response = await fetch(`${posthorn.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${posthorn.key}`, "content-type": "application/json" },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
  return text === "" ? {} : JSON.parse(text);
}

async function open(url: string): Promise<Visit> {
  const opened = await visit(browser, url);
  visits.push(opened);
  return opened;
}

const PUBLISHED = { eventType: "message.received", payload: { message_id: "m_1", size: 1 } };
let applications = 0;

/** An application with an endpoint at the receiver, and its consumer's link. */
async function anOwner({
  access = {},
  policy = {},
  endpoint = {},
}: {
  access?: Json;
  policy?: Json;
  endpoint?: Json;
} = {}) {
  await call("POST", "/event-type/import/catalogue", { name: "clawbook" });
  const uid = `owner-${++applications}`;
  await call("POST", "/app", { name: `Owner ${applications}`, uid });
  const path = receiver.url + uid;
  const { id } = await call("POST", `/app/${uid}/endpoint`, {
    url: path,
    eventTypes: ["message.received"],
    ...endpoint,
  });
  await call("PATCH", `/app/${uid}/endpoint/${id}/delivery-policy`, policy);
  const { url } = await call("POST", `/auth/app-portal-access/${uid}`, access);
  return { uid, id: String(id), link: String(url), path, at: `${posthorn.url}/portal/endpoints/${id}` };
}

const publish = (uid: string, message: Json = PUBLISHED) => call("POST", `/app/${uid}/msg`, message);

describe("the first visit", () => {
  it("leads from the printed link to the first delivered webhook in under ten clicks", async () => {
    const { page, click, clicks } = await open(printedLink());
    await click("button", "New application");
    await page.getByLabel("Name").fill("My first customer");
    await click("button", "Create application");
    await click("link", "Add endpoint");
    await page.getByLabel("Endpoint URL").fill(`${receiver.url}first`);
    await click("button", "Create endpoint");
    await click("button", "Send example");
    await shows(page, "Delivered: your server answered 200");
    expect(receiver.requests.map(({ path }) => path)).toContain("/first");
    expect(clicks()).toBeLessThan(10);
  });

  it("takes the token out of the address at once, and keeps it for the tab", async () => {
    const { link } = await anOwner();
    const { page } = await open(`${link.replace("#", "?next=/messages#")}`);
    await shows(page, "Everything that happened");
    expect(page.url()).toBe(`${posthorn.url}/portal/messages`);
    expect(await page.evaluate("history.length")).toBeLessThan(3);
    await page.reload();
    await shows(page, "Everything that happened");
  });

  it("comes by Svix's path too, and nobody comes in with a key that is none", async () => {
    const { link } = await anOwner();
    const svix = await open(link.replace("/portal/login", "/login"));
    await shows(svix.page, "Where your events are sent");
    const nobody = await open(`${posthorn.url}/portal/login#key=${btoa('{"token":"sk_wrong"}')}`);
    await shows(nobody.page, "Your session has ended");
    await expectAccessible(nobody.page);
  });

  it("exchanges a link's one-time token, once", async () => {
    const { link } = await anOwner();
    const [address = "", encoded = ""] = link.split("#key=");
    const { appId, oneTimeToken } = JSON.parse(atob(encoded));
    const once = `${address}#key=${btoa(JSON.stringify({ appId, oneTimeToken }))}`;
    await shows((await open(once)).page, "Where your events are sent");
    await shows((await open(once)).page, "Your session has ended");
  });

  it("never leads to another site", async () => {
    const { link } = await anOwner();
    const { page } = await open(link.replace("#", "?next=//evil.example/#"));
    await shows(page, "Where your events are sent");
    expect(new URL(page.url()).host).toBe(new URL(posthorn.url).host);
  });
});

describe("endpoints", () => {
  it("are added with types of the catalogue, edited, given headers, disabled, enabled and deleted", async () => {
    const { uid, link } = await anOwner();
    const { page, click } = await open(link);
    await click("link", "Add endpoint");
    await page.getByLabel("Endpoint URL").fill(`${receiver.url}added`);
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
    const added = (listed as Json[]).find(({ url }) => url === `${receiver.url}added`);
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
    await page.getByText(`${receiver.url}added`).waitFor({ state: "detached" });
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
        .poll(() => page.getByLabel("Verification code").textContent())
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
    receiver.behave(() => ({ status: 500 }));
    await publish(uid);
    await publish(uid);
    const { page, click } = await open(link);
    await page.goto(at);
    await expect.poll(() => page.getByText("HTTP 500").count(), { timeout: 15_000 }).toBe(2);
    receiver.behave(() => ({}));
    await click("link", "Recovery");
    await click("button", "Recover");
    await shows(page, "Done: 2 messages sent.");
    await click("button", "Replay missing");
    await shows(page, "Done: no messages sent.");
    await click("button", "Count and replay…");
    await shows(page, /4 attempts fit/);
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
    await fetch(`${posthorn.url}/api/v1/app/${uid}/msg`, {
      method: "POST",
      headers: { authorization: `Bearer ${posthorn.key}` },
      body: `{"eventType": "message.received", "eventId": "big", "tags": ["t1"], "payload": ${big}}`,
    });
    await click("link", "message.received");
    await click("button", "Show raw");
    await shows(page, big);
    await shows(page, "1 attempt");
    await page.locator(".attempt summary").first().click();
    await shows(page, "webhook-signature: v1,");
    await expect.poll(() => page.getByLabel("Request body").textContent()).toBe(big);
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
    await page.getByLabel("Status there").selectOption("Failed");
    await shows(page, "No message fits");
    await page.getByLabel("Status there").selectOption("Delivered");
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

describe("a publisher", () => {
  it("signs in with a key, finds an application, opens its portal and signs out", async () => {
    const { uid, path } = await anOwner();
    const { page, click } = await open(`${posthorn.url}/portal`);
    await page.getByLabel("Publisher key").fill("sk_not_this_one");
    await click("button", "Sign in");
    await shows(page, "Invalid token");
    await page.getByLabel("Publisher key").fill(posthorn.key);
    await click("button", "Sign in");
    await page.getByLabel("Search applications").fill(uid.toUpperCase());
    await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
    await click("link", /^Owner/);
    await shows(page, path);
    await click("link", "Applications");
    await click("button", "Sign out");
    await page.getByLabel("Publisher key").waitFor();
  });
});

describe("in a publisher's product", () => {
  it("is framed where the setting allows, tells its height, and wears the publisher's colours", async () => {
    const { link } = await anOwner();
    const look = "primaryColor=ff8800&darkMode=true&hideNavigation=true&noGutters=true&fontFamily=Georgia";
    const page = `<script>addEventListener("message", ({ data }) => {
      if (data.type === "svix.iframe-resizer-height") document.title = "height " + data.payload.height;
    })</script><iframe src="${link.replace("#", `?${look}#`)}"></iframe>`;
    const host = await startReceiver(() => ({ headers: { "content-type": "text/html" }, body: page }));
    try {
      const framed = await open(host.url);
      await expect.poll(() => framed.page.title(), { timeout: 15_000 }).toMatch(/^height [1-9]\d+/);
      const frame = framed.page.frames()[1];
      await frame?.getByRole("link", { name: "Add endpoint" }).waitFor();
      expect(await frame?.getByRole("navigation", { name: "Main" }).count()).toBe(0);
      const style = await frame?.evaluate<string>(
        "getComputedStyle(document.querySelector('.button-primary')).backgroundColor + document.documentElement.dataset.theme + getComputedStyle(document.body).fontFamily",
      );
      expect(style).toBe("rgb(255, 136, 0)darkGeorgia, system-ui, sans-serif");
    } finally {
      await host.close();
    }
  });
});

describe("accessibility: axe finds nothing serious, and enough contrast in the dark too", () => {
  type Place = [path: string, text: string | RegExp];

  async function expectAllAccessible(link: string, places: Place[]): Promise<void> {
    const { page } = await open(link);
    for (const [path, text] of places) {
      await page.goto(`${posthorn.url}/portal${path}`);
      await shows(page, text);
      const first = page.locator("main summary").first();
      if ((await first.count()) > 0) await first.click();
      await expectAccessible(page);
    }
  }

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

function printedLink(): string {
  return /portal, signed in: (\S+)/.exec(posthorn.output())?.[1] ?? "";
}
