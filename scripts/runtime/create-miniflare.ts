import { Miniflare, type MiniflareOptions } from "miniflare";

/** Miniflare makes a directory for its files where the system says, and leaves it there when it is killed: so we say. */
export function createMiniflare(options: MiniflareOptions, temporaryPath: string): Miniflare {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporaryPath;
  try {
    return new Miniflare(options);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
