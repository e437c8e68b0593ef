import type { Catalogue } from "./catalogue.ts";
import { clawbook } from "./clawbook.ts";
import { clawget } from "./clawget.ts";
import { clazar } from "./clazar.ts";
import { swiftclaw } from "./swiftclaw.ts";

/** The built-in catalogues. Adding a vendor touches its file and a line here. */
export const CATALOGUES: readonly Catalogue[] = [clawbook, clawget, clazar, swiftclaw];

/** The built-in catalogue with this name. */
export function findCatalogue(name: string): Catalogue | null {
  return CATALOGUES.find((catalogue) => catalogue.name === name) ?? null;
}
