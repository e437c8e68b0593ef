/** Makes the portal's static files in `.build/portal`, laid out as they are served. */
import { createHash, type Hash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const SOURCE = join(PROJECT_ROOT, "src/portal");
/** `[assets]` of wrangler.toml names the same directory. */
export const PORTAL_DIRECTORY = join(PROJECT_ROOT, ".build/portal");
/** Beside the directory, whose every file is published. */
const NOTE = `${PORTAL_DIRECTORY}.sources`;
/** What the files are made of. */
const INPUTS = ["src/portal", "src/core", "scripts/portal", "package-lock.json"];

/** Names carry a hash of the content, so nobody ever needs to ask again. Cloudflare reads this file. */
const HEADERS = `/portal/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
`;

/** Whether what is there was made of these very sources. */
export async function isPortalBuilt(): Promise<boolean> {
  return existsSync(PORTAL_DIRECTORY) && (await noted()) === (await sourcesHash());
}

/** Builds unless it is built. Two at a time may build; the later one stays. */
export async function buildPortal(): Promise<"built" | "kept"> {
  if (await isPortalBuilt()) return "kept";
  const sources = await sourcesHash();
  // Only now: most starts find it built, and the bundler takes a while to load.
  const { build } = await import("vite");
  const made = `${PORTAL_DIRECTORY}.${process.pid}`;
  try {
    await build({
      configFile: false,
      mode: "production",
      root: SOURCE,
      base: "/portal/",
      publicDir: false,
      // Of libraries there are warnings that say nothing to us ("use client" is for servers that render).
      logLevel: "error",
      // Also where the environment says otherwise, as in tests: React would be three times as big.
      define: { "process.env.NODE_ENV": JSON.stringify("production") },
      // React's automatic runtime; named here because Vite reads no tsconfig of ours.
      oxc: { jsx: { runtime: "automatic", importSource: "react", development: false } },
      build: {
        outDir: join(made, "portal"),
        target: "es2022",
        // Inlined files would be `data:` URLs, which the Content-Security-Policy refuses for scripts and styles.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
      },
    });
    await writeFile(join(made, "_headers"), HEADERS);
    await replaceDirectory(made, PORTAL_DIRECTORY);
    await writeFile(NOTE, sources);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return "built";
}

async function replaceDirectory(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const old = `${to}.old.${process.pid}`;
  await rename(to, old).catch(() => {});
  await rename(from, to).catch((error: unknown) => {
    // Another build was quicker by a moment.
    if (!existsSync(to)) throw error;
  });
  await rm(old, { recursive: true, force: true });
}

function noted(): Promise<string> {
  return readFile(NOTE, "utf8").catch(() => "");
}

async function sourcesHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const path of INPUTS) await addTo(hash, join(PROJECT_ROOT, path));
  return hash.digest("hex");
}

async function addTo(hash: Hash, path: string): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  const files = entries
    ?.filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)) ?? [path];
  for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(file));
}
