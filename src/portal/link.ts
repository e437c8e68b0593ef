/** What the portal is told by a link (reference svix.md §2.16). */

/** What a link carries in its fragment, which no server ever sees. */
export type LinkKey = { appId: string | null; token: string | null; oneTimeToken: string | null };

/** The key in `#key=…`: base64 of JSON; null when there is none, or nothing that could be one. */
export function keyInFragment(hash: string): LinkKey | null {
  const encoded = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B")).get("key");
  if (encoded === null) return null;
  try {
    const found: unknown = JSON.parse(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")));
    const key = {
      appId: textIn(found, "appId"),
      token: textIn(found, "token"),
      oneTimeToken: textIn(found, "oneTimeToken"),
    };
    return key.token === null && key.oneTimeToken === null ? null : key;
  } catch {
    return null;
  }
}

/** A path of the portal, and never another place. */
export function nextIn(query: URLSearchParams): string | null {
  const next = query.get("next");
  return next !== null && /^\/(?![/\\])[^\\]*$/.test(next) ? next : null;
}

export function textIn(value: unknown, name: string): string | null {
  if (typeof value !== "object" || value === null) return null;
  const found: unknown = Reflect.get(value, name);
  return typeof found === "string" && found !== "" ? found : null;
}
