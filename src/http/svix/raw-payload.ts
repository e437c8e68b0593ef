import type { MessageIn } from "../../contract/messages.ts";
import { isObject, isTooDeep, TOO_DEEP } from "../../core/json-object.ts";
import { invalidAt } from "../errors.ts";

const PLACE = ["body", "transformationsParams", "rawPayload"];
const JSON_TYPE = /^application\/([\w.-]+\+)?json(\s*;.*)?$/i;

export type Payload = { text: string; json: Record<string, unknown> };

/**
 * What the SDKs' `messageInRaw` publishes: the very text of the body, beside an empty payload. Text that is a JSON object
 * is a payload like any other; what is none is refused, because receivers would get the empty one. Null: nothing raw.
 */
export function rawPayload({ transformationsParams }: MessageIn): Payload | null {
  const text = transformationsParams?.["rawPayload"] ?? null;
  if (text === null) return null;
  if (typeof text !== "string") throw invalidAt(PLACE, "must be text");
  if (!text.isWellFormed()) throw invalidAt(PLACE, "must not hold half of a surrogate pair");
  if (!JSON_TYPE.test(contentTypeOf(transformationsParams?.["headers"]))) {
    throw invalidAt(PLACE, "only JSON is delivered: other content types are not offered");
  }
  const json = parsed(text);
  if (!isObject(json) || Array.isArray(json)) {
    throw invalidAt(PLACE, "must be a JSON object: other payloads are not offered");
  }
  if (isTooDeep(json)) throw invalidAt(PLACE, TOO_DEEP);
  return { text, json };
}

function contentTypeOf(headers: unknown): string {
  const found = isObject(headers)
    ? Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")
    : undefined;
  return typeof found?.[1] === "string" ? found[1] : "application/json";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
