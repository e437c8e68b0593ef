/** Coming to the portal in a real browser: by its links, as a publisher, and in another site's frame. */
import { describe, expect, it } from "vitest";
import { expectAccessible, SOON, shows } from "../../support/portal.ts";
import { walkPortal } from "../../support/portal-walk.ts";
import { startReceiver } from "../../support/receiver.ts";

const { posthorn, receiver, open, anOwner, printedLink } = walkPortal({
  env: { POSTHORN_PORTAL_FRAME_ANCESTORS: "http://127.0.0.1:*" },
});

describe("the first visit", () => {
  it("leads from the printed link to the first delivered webhook in under ten clicks", async () => {
    const { page, click, clicks } = await open(printedLink());
    await click("button", "New application");
    await page.getByLabel("Name").fill("My first customer");
    await click("button", "Create application");
    await click("link", "Add endpoint");
    await page.getByLabel("Endpoint URL").fill(`${receiver().url}first`);
    await click("button", "Create endpoint");
    await click("button", "Send example");
    await shows(page, "Delivered: your server answered 200");
    expect(receiver().requests.map(({ path }) => path)).toContain("/first");
    expect(clicks()).toBeLessThan(10);
  });

  it("takes the token out of the address at once, and keeps it for the tab", async () => {
    const { link } = await anOwner();
    const { page } = await open(`${link.replace("#", "?next=/messages#")}`);
    await shows(page, "Everything that happened");
    expect(page.url()).toBe(`${posthorn().url}/portal/messages`);
    expect(await page.evaluate("history.length")).toBeLessThan(3);
    await page.reload();
    await shows(page, "Everything that happened");
  });

  it("comes by Svix's path too, and nobody comes in with a key that is none", async () => {
    const { link } = await anOwner();
    const svix = await open(link.replace("/portal/login", "/login"));
    await shows(svix.page, "Where your events are sent");
    const nobody = await open(`${posthorn().url}/portal/login#key=${btoa('{"token":"sk_wrong"}')}`);
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
    expect(new URL(page.url()).host).toBe(new URL(posthorn().url).host);
  });
});

describe("a publisher", () => {
  it("signs in with a key, finds an application, opens its portal and signs out", async () => {
    const { uid, path } = await anOwner();
    const { page, click } = await open(`${posthorn().url}/portal`);
    await page.getByLabel("Publisher key").fill("sk_not_this_one");
    await click("button", "Sign in");
    await shows(page, "Invalid token");
    await page.getByLabel("Publisher key").fill(posthorn().key);
    await click("button", "Sign in");
    await page.getByLabel("Search applications").fill(uid.toUpperCase());
    await expect.poll(() => page.getByRole("listitem").count(), SOON).toBe(1);
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
