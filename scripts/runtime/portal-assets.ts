import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { Response } from "miniflare";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * What Cloudflare's static assets are on one machine, where the public socket is the Worker's own. The files are kept
 * in memory: a build under a running server must not take away the scripts of the page it serves.
 */
export async function portalAssets(directory: string) {
  const files = new Map<string, { body: Uint8Array; type: string }>();
  const names = existsSync(directory)
    ? await readdir(directory, { recursive: true, withFileTypes: true })
    : [];
  for (const entry of names.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    files.set(`/${relative(directory, path)}`, { body: await readFile(path), type });
  }
  return {
    type: "fetcher" as const,
    handler: (request: { url: string }) => {
      const path = new URL(request.url).pathname;
      const file = path === "/_headers" ? undefined : files.get(path);
      if (file === undefined) return new Response(null, { status: 404 });
      const immutable = path.startsWith("/portal/assets/");
      return new Response(file.body, {
        headers: {
          "content-type": file.type,
          "cache-control": immutable ? "public, max-age=31536000, immutable" : "no-cache",
        },
      });
    },
  };
}
