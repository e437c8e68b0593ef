/** A column that is JSON text or null is written … */
export function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** … and read; who wrote it knows what it holds. */
export function parsedOrNull<Value>(text: unknown): Value | null {
  return typeof text === "string" ? (JSON.parse(text) as Value) : null;
}
