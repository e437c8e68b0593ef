/** The blocks of ClawLabor's page: three requests, the name of a header, and one body. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "./posthorn-process.ts";

export type Blocks = { requests: string[]; header: string; body: string };

/** Copied from the page, so that the tests run where it is not at hand. */
export const CLAWLABOR_PAGE: Blocks & { source: string } = JSON.parse(
  readFileSync(join(PROJECT_ROOT, "test/vectors/clawlabor-page.json"), "utf8"),
);

const ORIGINAL = join(PROJECT_ROOT, "../shared/seeds/clawlabor.txt");

/** The blocks of the page itself; null where it is not at hand. */
export function originalBlocks(): Blocks | null {
  if (!existsSync(ORIGINAL)) return null;
  const page = readFileSync(ORIGINAL, "utf8");
  return {
    requests: [...page.matchAll(/\b(?:GET|POST|PUT|PATCH|DELETE) \/\S+/g)].map(([request]) => request),
    header: /^X-\S+$/m.exec(page)?.[0] ?? "",
    body: /^\{\n[\s\S]*?^\}/m.exec(page)?.[0] ?? "",
  };
}
