/** `AppPortal` of `svix-react`, unmodified, in a publisher's page. */
import { join } from "node:path";
import type { Frame, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Json, walkPortal } from "../../support/portal-walk.ts";
import { type Receiver, startReceiver } from "../../support/receiver.ts";

const { call, open, anOwner, publish } = walkPortal({
  env: { POSTHORN_PORTAL_FRAME_ANCESTORS: "http://127.0.0.1:*" },
});

let host: Receiver;

/** The script and style of the publisher's page, bundled as a publisher would. */
async function bundled(): Promise<{ script: string; style: string }> {
  const made = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    build: { write: false, rolldownOptions: { input: join(import.meta.dirname, "svix-react-host.js") } },
  });
  const { output } = (Array.isArray(made) ? made[0] : made) as { output: { fileName: string }[] };
  const text = (file: unknown) =>
    String(Reflect.get(Object(file), "code") ?? Reflect.get(Object(file), "source"));
  const named = (suffix: string) => output.filter(({ fileName }) => fileName.endsWith(suffix)).map(text);
  return { script: named(".js").join("\n"), style: named(".css").join("\n") };
}

beforeAll(async () => {
  const { script, style } = await bundled();
  const page =
    '<!doctype html><html lang="en"><title>Host</title><link rel="stylesheet" href="/host.css"><body><div id="host"></div><script type="module" src="/host.js"></script>';
  const files: [suffix: string, type: string, body: string][] = [
    ["/host.js", "text/javascript", script],
    ["/host.css", "text/css", style],
    ["", "text/html", page],
  ];
  host = await startReceiver(({ path }) => {
    const [, type = "text/plain", body = ""] = files.find(([suffix]) => path.endsWith(suffix)) ?? [];
    return { headers: { "content-type": `${type}; charset=utf-8` }, body };
  });
});

afterAll(() => host.close());

/** The publisher's page with the component, and the portal inside it. */
async function framed(props: Json): Promise<{ page: Page; portal: Frame }> {
  const { page } = await open(`${host.url}?props=${encodeURIComponent(JSON.stringify(props))}`);
  await page.locator("iframe").waitFor();
  await expect.poll(() => page.frames().length, { timeout: 15_000 }).toBe(2);
  const [, portal] = page.frames();
  if (portal === undefined) throw new Error("no frame");
  await portal.getByRole("heading", { name: "Endpoints" }).waitFor();
  return { page, portal };
}

const heightOf = (page: Page) =>
  page.evaluate<number>("document.querySelector('iframe').getBoundingClientRect().height");
const lookOf = (portal: Frame, css: string, property: string) =>
  portal.evaluate<string>(`getComputedStyle(document.querySelector("${css}")).${property}`);

describe("AppPortal", () => {
  it("shows the portal of the link that app-portal-access gives, and works", async () => {
    const { link, path } = await anOwner();
    const { portal } = await framed({ url: link });
    await portal.getByRole("link", { name: path }).click();
    await portal.getByRole("heading", { name: path }).waitFor();
  });

  it("in full size is as high as what it shows", async () => {
    const { link, uid } = await anOwner();
    for (let n = 0; n < 25; n++) await publish(uid);
    const { page, portal } = await framed({ url: link, fullSize: true });
    const shown = () => portal.evaluate<number>("document.body.getBoundingClientRect().height");
    const isFollowed = async () => Math.abs((await heightOf(page)) - (await shown())) <= 1;
    await expect.poll(isFollowed, { timeout: 15_000 }).toBe(true);
    const before = await heightOf(page);
    await portal.getByRole("link", { name: "Messages" }).click();
    await portal.getByText("message.received").nth(20).waitFor();
    await expect.poll(() => heightOf(page), { timeout: 15_000 }).toBeGreaterThan(before + 500);
    await expect.poll(isFollowed, { timeout: 15_000 }).toBe(true);
    await portal.getByRole("link", { name: "Event catalogue" }).click();
    await portal.getByRole("heading", { name: "Event catalogue" }).waitFor();
    await expect.poll(isFollowed, { timeout: 15_000 }).toBe(true);
  });

  it("passes on colour, font, icon and darkness", async () => {
    const { link } = await anOwner();
    const icon = "https://icons.invalid/horn.svg";
    const { portal } = await framed({
      ...{ url: link, darkMode: true, primaryColor: "#ff8800", fontFamily: "Georgia", icon },
    });
    expect(await portal.evaluate<string>("document.documentElement.dataset.theme")).toBe("dark");
    const accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent-dark')";
    expect(await portal.evaluate<string>(accent)).toBe("#ff8800");
    expect(await lookOf(portal, "body", "fontFamily")).toBe("Georgia, system-ui, sans-serif");
    expect(await portal.locator(".brand img").getAttribute("src")).toBe(icon);
  });

  it.each([
    ["light where nothing is said, as its own cover is", {}, "light"],
    ["light where it is told not to be dark", { darkMode: false }, "light"],
    ["as the browser says", { darkMode: "auto" }, "auto"],
  ])("is %s", async (_, props, theme) => {
    const { link } = await anOwner();
    const { portal } = await framed({ url: link, ...props });
    expect(await portal.evaluate<string>("document.documentElement.dataset.theme")).toBe(theme);
  });

  it("leaves what it has no property for to the link", async () => {
    const { link } = await anOwner();
    const { portal } = await framed({ url: link.replace("#", "?hideNavigation=true&noGutters=true#") });
    expect(await portal.getByRole("navigation", { name: "Main" }).count()).toBe(0);
    expect(await lookOf(portal, "main", "paddingLeft")).toBe("0px");
  });

  it("offers only what the link may do", async () => {
    const { uid } = await anOwner();
    const { url } = await call("POST", `/auth/app-portal-access/${uid}`, { readOnly: true });
    const { portal } = await framed({ url });
    expect(await portal.getByRole("link", { name: "Add endpoint" }).count()).toBe(0);
  });
});
