/** The portal of a real server, a real browser and a real receiver, for one file of tests. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchBrowser } from "../../scripts/portal/browser.ts";
import { expectAccessible, shows, type Visit, visit } from "./portal.ts";
import {
  callApi,
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "./posthorn-process.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

export type Json = Record<string, unknown>;
type Place = [path: string, text: string | RegExp];

export const PUBLISHED = { eventType: "message.received", payload: { message_id: "m_1", size: 1 } };

/** Starts them before the file's tests, and fails every test in which a page complained. */
export function walkPortal({ env = {} }: { env?: Record<string, string> } = {}) {
  let posthorn: PosthornProcess;
  let data: { path: string; remove(): Promise<void> };
  let browser: Browser;
  let receiver: Receiver;
  let visits: Visit[] = [];
  let applications = 0;

  beforeAll(async () => {
    data = await temporaryDirectory();
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

  /** An API call with the publisher's key, below `/api/v1`; it must succeed. */
  async function call(method: string, path: string, json?: Json): Promise<Json> {
    return (await callApi<Json | null>(posthorn, `${method} ${path.slice(1)}`, json)) ?? {};
  }

  /** Follows a link in a browser that has never been here. */
  async function open(url: string): Promise<Visit> {
    const opened = await visit(browser, url);
    visits.push(opened);
    return opened;
  }

  /** A page of the deployment, as the printed link's publisher or with the key. */
  async function openAt(path: string, token?: string): Promise<Visit> {
    const { url } = posthorn;
    const key = token === undefined ? "" : btoa(JSON.stringify({ token }));
    const visit = await open(key === "" ? printedLink() : `${url}/portal/login#key=${key}`);
    await visit.page.getByRole("navigation", { name: "Main" }).waitFor();
    await visit.page.goto(`${url}/portal${path}`);
    return visit;
  }

  /** The publisher's link, as `npm start` prints it. */
  function printedLink(): string {
    return /portal, signed in: (\S+)/.exec(posthorn.output())?.[1] ?? "";
  }

  type OwnerInput = { access?: Json; policy?: Json; endpoint?: Json };

  /** An application with an endpoint at the receiver, and its consumer's link. */
  async function anOwner({ access = {}, policy = {}, endpoint = {} }: OwnerInput = {}) {
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

  /** Axe on each page, once the text is there; the first thing that unfolds is unfolded. */
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

  return {
    posthorn: () => posthorn,
    receiver: () => receiver,
    call,
    open,
    anOwner,
    expectAllAccessible,
    publish: (uid: string, message: Json = PUBLISHED) => call("POST", `/app/${uid}/msg`, message),
    openAt,
    printedLink,
  };
}
