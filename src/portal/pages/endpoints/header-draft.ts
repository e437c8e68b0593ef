/** Headers as they are edited. */

/** `key` only tells the lines apart while they are edited. */
export type HeaderLine = { key: string; name: string; value: string };

export function emptyLine(): HeaderLine {
  return { key: crypto.randomUUID(), name: "", value: "" };
}

export function headersOf(lines: HeaderLine[]): Record<string, string> {
  return Object.fromEntries(
    lines.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value]),
  );
}
