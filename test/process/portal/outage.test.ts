/** What pages show while the server is away, and that they go on by themselves when it is back. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../../../scripts/portal/browser.ts";
import { expectAccessible, shows, type Visit, visit } from "../../support/portal.ts";
import {
  callApi,
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../../support/posthorn-process.ts";

const AWAY = "The server cannot be reached. What is shown may be old; it is tried again by itself.";
const NO_ANSWER = "The server cannot be reached. Check your connection and try again.";
const WITHIN = { timeout: 60_000 };

let posthorn: PosthornProcess;
let data: { path: string; remove(): Promise<void> };
let browser: Browser;

beforeAll(async () => {
  data = await temporaryDirectory();
  [posthorn, browser] = await Promise.all([startPosthornProcess({ dataDir: data.path }), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await endPosthornProcesses();
  await data.remove();
});

async function comeBack(): Promise<void> {
  posthorn = await startPosthornProcess({ dataDir: data.path, port: posthorn.port });
}

function call(method: string, path: string, json?: unknown): Promise<Record<string, unknown>> {
  return callApi(posthorn, `${method} ${path.slice(1)}`, json);
}

/** A consumer of a new application, with one endpoint. */
async function aConsumer(uid: string): Promise<Visit> {
  await call("POST", "/app", { name: uid, uid });
  await call("POST", `/app/${uid}/endpoint`, { url: `http://127.0.0.1:9/${uid}` });
  const { url } = await call("POST", `/auth/app-portal-access/${uid}`, {});
  return visit(browser, String(url));
}

describe("while the server is away", { timeout: 180_000 }, () => {
  it("every page says so in words, keeps what it has, and goes on by itself", async () => {
    const { page, click, complaints, close } = await aConsumer("away");
    await shows(page, "http://127.0.0.1:9/away");
    await posthorn.kill();
    await page.getByText(AWAY).waitFor(WITHIN);
    expect(await page.getByText("http://127.0.0.1:9/away").count()).toBe(1);
    await expectAccessible(page);
    for (const tab of ["Messages", "Agents", "Alerts", "Event catalogue"]) {
      await click("link", tab);
      await page.getByText(NO_ANSWER).first().waitFor(WITHIN);
      await page.getByRole("button", { name: "Try again" }).first().waitFor();
    }
    await comeBack();
    await page.getByText("There are no event types yet").waitFor(WITHIN);
    await page.getByText(AWAY).waitFor({ state: "detached", ...WITHIN });
    for (const [tab, text] of [
      ["Messages", "No messages yet"],
      ["Agents", "No agents yet"],
      ["Alerts", "No rules yet"],
      ["Endpoints", "http://127.0.0.1:9/away"],
    ] as const) {
      await click("link", tab);
      await shows(page, text);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it("a form keeps what was typed, says why it was not saved, and can be sent when it is back", async () => {
    const { page, click, close } = await aConsumer("form");
    await click("link", "Add endpoint");
    await page.getByLabel("Endpoint URL").fill("http://127.0.0.1:9/typed");
    await page.getByRole("button", { name: "Create endpoint" }).waitFor();
    await posthorn.kill();
    await click("button", "Create endpoint");
    await page.getByText(NO_ANSWER).first().waitFor(WITHIN);
    await comeBack();
    expect(await page.getByLabel("Endpoint URL").inputValue()).toBe("http://127.0.0.1:9/typed");
    await click("button", "Create endpoint");
    await page.getByRole("heading", { name: "http://127.0.0.1:9/typed" }).waitFor(WITHIN);
    await close();
  });

  it("a page of which a part does not arrive says so, and leaves the others alone", async () => {
    const printed = /portal, signed in: (\S+)/.exec(posthorn.output())?.[1] ?? "";
    const { page, click, close } = await visit(browser, printed);
    await shows(page, "One for each of your customers");
    await page.route("**/portal/assets/*.js", (route) => route.abort());
    await click("link", "Event types");
    await shows(page, "This page could not be shown");
    await page.unroute("**/portal/assets/*.js");
    await click("link", "Applications");
    await shows(page, "One for each of your customers");
    await click("link", "Event types");
    await click("button", "Load it again");
    await page.getByRole("heading", { name: "Event types" }).waitFor();
    await close();
  });

  it("nothing done without a network is done later behind one's back", async () => {
    const { page, click, close } = await aConsumer("offline");
    await click("link", "Alerts");
    await page.getByLabel("Addresses").fill("owner@example.com");
    await page.context().setOffline(true);
    await click("button", "Save");
    await page.getByText(NO_ANSWER).first().waitFor(WITHIN);
    await page.context().setOffline(false);
    await page.getByText(AWAY).waitFor({ state: "detached", ...WITHIN });
    expect(await call("GET", "/app/offline/alert-email")).toMatchObject({ addresses: [] });
    await click("button", "Save");
    await expect
      .poll(() => call("GET", "/app/offline/alert-email"), WITHIN)
      .toMatchObject({ addresses: ["owner@example.com"] });
    await close();
  });
});
