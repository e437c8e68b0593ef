/** JSON whose numbers keep their digits: payloads are the publisher's bytes, and 2^53 is not the end of numbers. */

/** ES2026; every Node this program runs on has it. */
type Source = { source?: string };
type RawJson = { rawJSON?(text: string): unknown };

export function parseJson(text: string): unknown {
  const exact: RawJson = JSON as RawJson;
  return JSON.parse(text, (_key, value: unknown, ...[context]: [Source?]) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined || String(value) === source) return value;
    return exact.rawJSON?.(source) ?? value;
  });
}

export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
