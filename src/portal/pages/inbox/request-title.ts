/** Vendors name it in a header or in the body; published payloads often do too. */
const TYPE_HEADER = /(^|-)(event|event-type|topic)$/;
const TYPE_FIELDS = ["type", "event_type", "eventType", "event"];
const MAX_CHARS = 80;

type Titled = { headers: Record<string, string>; body: string };

/** What a request is about, as far as it says so itself; else how it begins. */
export function requestTitle({ headers, body }: Titled): string {
  const header = Object.entries(headers).find(([name]) => TYPE_HEADER.test(name));
  if (header !== undefined) return header[1].slice(0, MAX_CHARS);
  const fields = TYPE_FIELDS.map((name) => Reflect.get(objectIn(body), name));
  const type = fields.find((value) => typeof value === "string" && value !== "");
  if (typeof type === "string") return type.slice(0, MAX_CHARS);
  return body === "" ? "no body" : body.slice(0, MAX_CHARS).replaceAll(/\s+/g, " ");
}

function objectIn(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
