/** `npm run screenshots`: every page of the portal, light, dark and as wide as a phone, into docs/screenshots. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { launchBrowser } from "./portal/browser.ts";
import { buildPortal } from "./portal/build.ts";
import { scriptOptions } from "./runtime/script-options.ts";
import { type Stage, setStage } from "./screenshots/stage.ts";

const OUT = resolve(import.meta.dirname, "../docs/screenshots");

/** What is further down looks like what is above. */
const MAX_HEIGHT = 1100;
const MARGIN = 16;

type Look = { name: string; width: number; dark: boolean };
const LOOKS: Look[] = [
  { name: "light", width: 960, dark: false },
  { name: "dark", width: 960, dark: true },
  { name: "phone", width: 390, dark: false },
];

type Shot = {
  name: string;
  path: string;
  prepare?: (page: Page) => Promise<void>;
  /** Where the picture begins, if not at the top. */
  from?: string;
};

function consumerShots({ endpointId, failingId, messageId }: Stage): Shot[] {
  const endpoint = `/endpoints/${endpointId}`;
  return [
    { name: "endpoints", path: "/endpoints" },
    {
      name: "endpoint-new",
      path: "/endpoints/new",
      prepare: (page) => page.getByText("More settings").click(),
    },
    { name: "endpoint", path: endpoint, prepare: openFirstAttempt },
    { name: "endpoint-failing", path: `/endpoints/${failingId}` },
    { name: "endpoint-verify", path: `${endpoint}/verify` },
    { name: "endpoint-test", path: `${endpoint}/test`, prepare: sendExample },
    { name: "endpoint-recovery", path: `${endpoint}/recover` },
    { name: "endpoint-settings", path: `${endpoint}/settings` },
    {
      name: "endpoint-policy",
      path: `${endpoint}/settings`,
      prepare: (page) => page.getByText("Change the policy").click(),
      from: "h2:has-text('Delivery policy')",
    },
    { name: "messages", path: "/messages" },
    { name: "message", path: `/messages/${messageId}` },
    { name: "inbox", path: "/inbox", prepare: (page) => page.locator("main summary").first().click() },
    { name: "agents", path: "/agents" },
    { name: "agent", path: "/agents/crm-import", prepare: (page) => page.locator("summary").first().click() },
    { name: "alerts", path: "/alerts" },
    { name: "event-types", path: "/event-types", prepare: (page) => page.locator("summary").first().click() },
  ];
}

const PUBLISHER_SHOTS: Shot[] = [
  { name: "overview", path: "/overview" },
  { name: "applications", path: "/apps" },
  { name: "event-types-editor", path: "/event-types" },
  { name: "event-type", path: "/event-types/edit/message.received" },
  { name: "operational", path: "/operational" },
  { name: "operational-new", path: "/operational/new", prepare: chooseTypes },
  { name: "dialects", path: "/dialects" },
  { name: "dialect", path: "/dialects/show/clawbook" },
  { name: "dialect-new", path: "/dialects/new/clawget" },
  { name: "keys", path: "/keys" },
  { name: "key-new", path: "/keys", prepare: fillNewKey },
  { name: "audit-log", path: "/audit-log" },
  { name: "event-types-import", path: "/event-types/import", prepare: lookThroughImport },
];

async function chooseTypes(page: Page): Promise<void> {
  await page.getByLabel("All events, also types that are added later").uncheck();
}

async function lookThroughImport(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Choose Clawget" }).click();
  await page.getByRole("button", { name: "Show what would change" }).first().click();
  await page.getByRole("button", { name: "Import", exact: true }).waitFor();
}

async function fillNewKey(page: Page): Promise<void> {
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Name").fill("billing service");
  await page.getByRole("checkbox", { name: /^publish/ }).click();
}

async function openFirstAttempt(page: Page): Promise<void> {
  await page.locator(".attempt summary").first().click();
  await page.getByText("Request body", { exact: true }).waitFor();
}

async function sendExample(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Send example" }).click();
  await page.getByText("Delivered: your server answered").waitFor();
}

async function main(): Promise<void> {
  await buildPortal();
  const scratch = await mkdtemp(join(tmpdir(), "posthorn-screenshots-"));
  const stage = await setStage(join(scratch, "data"));
  const browser = await launchBrowser();
  try {
    await mkdir(OUT, { recursive: true });
    for (const look of LOOKS) {
      await shoot(browser, look, { link: stage.link, shots: consumerShots(stage), stage });
      await shoot(browser, look, { link: stage.publisherLink, shots: PUBLISHER_SHOTS, stage });
      await shoot(browser, look, { link: null, shots: [{ name: "sign-in", path: "" }], stage });
    }
  } finally {
    await browser.close();
    await stage.stop();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Session = { link: string | null; shots: Shot[]; stage: Stage };

async function shoot(browser: Browser, look: Look, { link, shots, stage }: Session): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 640 },
    colorScheme: look.dark ? "dark" : "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  if (link !== null) await page.goto(link);
  for (const shot of shots) {
    await page.goto(`${stage.posthorn.url}/portal${shot.path}`);
    await page.locator("h1").first().waitFor();
    await shot.prepare?.(page);
    // Polled figures arrive one by one.
    await page.waitForLoadState("networkidle");
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    if (width > look.width) console.error(`${shot.name}-${look.name}: ${width} px wide`);
    const y = await topOf(page, shot);
    const pageHeight = await page.evaluate<number>("document.documentElement.scrollHeight");
    const clip = { x: 0, y, width: look.width, height: Math.min(MAX_HEIGHT, pageHeight - y) };
    const image = await page.screenshot({ fullPage: true, clip });
    await writeImage(join(OUT, `${shot.name}-${look.name}.png`), image);
  }
  await context.close();
}

async function topOf(page: Page, { from }: Shot): Promise<number> {
  if (from === undefined) return 0;
  await page.evaluate("scrollTo(0, 0)");
  const box = await page.locator(from).first().boundingBox();
  return Math.max(0, Math.floor(box?.y ?? 0) - MARGIN);
}

/** Few colours: a third of the size, and every new set of images stays in the repository for ever. */
async function writeImage(path: string, image: Buffer): Promise<void> {
  await sharp(image).png({ palette: true, colours: 128, effort: 7, dither: 0 }).toFile(path);
}

scriptOptions({ name: "screenshots", about: "every page of the portal, into docs/screenshots" }, {});
await main();
