import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "./posthorn-process.ts";

export const README = document("README.md");

/** A document of the project, by its path. */
export function document(path: string): string {
  return readFileSync(join(PROJECT_ROOT, path), "utf8");
}

/** The fenced blocks that a `<!-- run: name -->` comment marks, by name. */
export function runnableBlocks(text: string = README): Map<string, string> {
  const blocks = text.matchAll(/^<!-- run: (\S+) -->\n```\w+\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name = "", code = ""]) => [name, code]));
}
