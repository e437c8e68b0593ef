/** A browser that walks the portal. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

const WITHIN_MS = 15_000;

/** For what a page shows in a while: alone, `expect.poll` waits for one second. */
export const SOON = { timeout: WITHIN_MS };

export type Visit = {
  page: Page;
  /** Clicks what is called so, and counts it. */
  click(role: Role, name: string | RegExp): Promise<void>;
  clicks(): number;
  /** What the page did wrong: errors, and what its own policy refused. */
  complaints: string[];
  close(): Promise<void>;
};

type Role = "button" | "link" | "checkbox" | "textbox";

/** Follows a link in a browser that has never been here. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1000, height: 800 },
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(WITHIN_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  let clicks = 0;
  await page.goto(url);
  return {
    page,
    complaints,
    clicks: () => clicks,
    click: async (role, name) => {
      clicks += 1;
      await page
        .getByRole(role, { name, exact: typeof name === "string" })
        .first()
        .click();
    },
    close: () => context.close(),
  };
}

export async function shows(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).filter({ visible: true }).first().waitFor();
}

type Violation = { id: string; impact: string; nodes: { html: string }[] };

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Nothing that keeps people out: axe finds nothing serious, and nothing pale in the dark. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const light = await violations(page, "{}");
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await violations(page, '{ runOnly: ["color-contrast"] }');
  await page.emulateMedia({ colorScheme: "light" });
  expect([...light, ...dark]).toEqual([]);
}

async function violations(page: Page, options: string): Promise<string[]> {
  const found = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, { ...${options}, resultTypes: ["violations"] })`,
  );
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
