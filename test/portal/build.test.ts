/** What a browser loads first. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import { buildPortal, PORTAL_DIRECTORY } from "../../scripts/portal/build.ts";

const MAX_FIRST_LOAD_BYTES = 200_000;

beforeAll(async () => {
  await buildPortal();
});

async function files(): Promise<{ name: string; content: Buffer }[]> {
  const directory = join(PORTAL_DIRECTORY, "portal");
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(names.map(async (name) => ({ name, content: await readFile(name) })));
}

it("the portal is smaller than 200 kB, compressed, with all its scripts and styles", async () => {
  const sizes = (await files()).map(({ content }) => gzipSync(content).length);
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_FIRST_LOAD_BYTES);
});

it("its page loads nothing from elsewhere, and has neither script nor style in it", async () => {
  const page = String((await files()).find(({ name }) => name.endsWith("index.html"))?.content);
  expect(page).not.toMatch(/<script(?![^>]*\ssrc="\/portal\/assets\/)|<style|\sstyle=|\son\w+=/i);
  expect(page.match(/(?:src|href)="(?!\/portal\/assets\/)[^"]*"/g)).toBeNull();
});

it("its scripts are React's for production, and hold no validator", async () => {
  const script = (await files())
    .filter(({ name }) => name.endsWith(".js"))
    .map(({ content }) => String(content))
    .join("");
  expect(script).not.toContain("jsxDEV");
  expect(script).not.toContain("ZodError");
});

const LATER = ["overview", "dialect", "event-type", "key", "audit", "operational", "inbox"];

it.each(LATER)("the pages of `%s` come when somebody opens them, not before", async (part) => {
  const all = await files();
  const page = String(all.find(({ name }) => name.endsWith("index.html"))?.content);
  const ofPart = all.map(({ name }) => basename(name)).filter((name) => name.startsWith(`${part}-`));
  expect(ofPart.length).toBeGreaterThan(0);
  expect(ofPart.filter((name) => page.includes(name))).toEqual([]);
});
