import { MAX_JSON_DEPTH } from "./limits/requests.ts";

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null for text that is no JSON, or the JSON of something else. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export const TOO_DEEP = `must not be nested deeper than ${MAX_JSON_DEPTH} levels`;

/** What a deep document would do to a stack later: refused instead. Looks no further than the limit. */
export function isTooDeep(value: unknown, levels: number = MAX_JSON_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isTooDeep(child, levels - 1));
}
