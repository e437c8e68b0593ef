import type { Dialect } from "../../core/dialect.ts";
import { STANDARD } from "./standard.ts";

/** What Svix's own customers (seeds/clazar) receive: the same under its header names (reference svix.md §2.8, §2.9). */
export const SVIX: Dialect = {
  ...STANDARD,
  name: "svix",
  signature: { scheme: "standard", headerPrefix: "svix" },
};
