import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Response } from "miniflare";

/** What the Worker gives its mail to on one machine: each becomes a file that a mail program opens. */
export function mailDrop(directory: string) {
  return {
    type: "fetcher" as const,
    handler: async (request: { text(): Promise<string> }) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = join(directory, fileName(new Date()));
      await writeFile(path, await request.text(), { mode: 0o600 });
      return new Response(path, { status: 201 });
    },
  };
}

/** In the order of time, and never one that is there: `2026-01-30T14-30-00.000Z-1a2b3c4d.eml`. */
function fileName(now: Date): string {
  return `${now.toISOString().replaceAll(":", "-")}-${randomBytes(4).toString("hex")}.eml`;
}
