/** Who is signed in: the token of a link, kept for this tab and nowhere else (reference svix.md §2.16). */

export type Session = {
  token: string;
  /** Null: a publisher, who may open every application. */
  appId: string | null;
};

/** What a link carries in its fragment, which no server ever sees. */
export type LinkKey = { appId: string | null; token: string | null; oneTimeToken: string | null };

const STORED = "posthorn.session";

/** Where the browser keeps nothing for frames of others, the session lives as long as the page. */
let remembered: Session | null = null;

export function storedSession(): Session | null {
  if (remembered !== null) return remembered;
  try {
    remembered = sessionOf(JSON.parse(sessionStorage.getItem(STORED) ?? "null"));
  } catch {
    remembered = null;
  }
  return remembered;
}

export function storeSession(session: Session | null): void {
  remembered = session;
  try {
    if (session === null) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, JSON.stringify(session));
  } catch {
    // Kept in memory above.
  }
}

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

function sessionOf(value: unknown): Session | null {
  const token = textIn(value, "token");
  return token === null ? null : { token, appId: textIn(value, "appId") };
}

function textIn(value: unknown, name: string): string | null {
  if (typeof value !== "object" || value === null) return null;
  const found: unknown = Reflect.get(value, name);
  return typeof found === "string" && found !== "" ? found : null;
}
