import { type Appearance, appearanceIn, keepAppearance, keptAppearance } from "./appearance.ts";
import { keyInFragment, type LinkKey, nextIn } from "./link.ts";
import { storeSession } from "./session.ts";

export type Arrival = {
  /** A link that has to be exchanged for a session first; null: there is a session, or nobody is signed in. */
  exchange: LinkKey | null;
  /** The link had a key that is none: cut off, or changed on its way. */
  isBroken: boolean;
  appearance: Appearance;
};

/** Takes what a link brought, and removes it from the address at once: neither history nor screenshots keep it. */
export function arrive(): Arrival {
  const { pathname, search, hash } = window.location;
  const isFramed = window.parent !== window;
  if (!pathname.endsWith("/login")) {
    return { exchange: null, isBroken: false, appearance: keptAppearance(isFramed) };
  }
  const query = new URLSearchParams(search);
  const key = keyInFragment(hash);
  const appearance = appearanceIn(query, isFramed);
  keepAppearance(appearance);
  const next = nextIn(query);
  window.history.replaceState(null, "", `/portal${next ?? ""}`);
  const isBroken = key === null && hash.length > 1;
  if (key === null) return { exchange: null, isBroken, appearance };
  if (key.token === null) return { exchange: key, isBroken, appearance };
  storeSession({ token: key.token, appId: key.appId });
  return { exchange: null, isBroken, appearance };
}
