import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "./posthorn-process.ts";

export const README = readFileSync(join(PROJECT_ROOT, "README.md"), "utf8");

/** The fenced blocks that a `<!-- run: name -->` comment marks, by name. */
export function runnableBlocks(): Map<string, string> {
  const blocks = README.matchAll(/^<!-- run: (\S+) -->\n```\w+\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name = "", code = ""]) => [name, code]));
}
