/** Who is signed in: the token of a link, kept for this tab and nowhere else (reference svix.md §2.16). */

import { textIn } from "./link.ts";

export type Session = {
  token: string;
  /** Null: a publisher, who may open every application. */
  appId: string | null;
};

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

function sessionOf(value: unknown): Session | null {
  const token = textIn(value, "token");
  return token === null ? null : { token, appId: textIn(value, "appId") };
}
