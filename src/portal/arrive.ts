import { type Appearance, appearanceIn, keepAppearance, keptAppearance } from "./appearance.ts";
import { keyInFragment, type LinkKey, nextIn } from "./link.ts";
import { storeSession } from "./session.ts";

export type Arrival = {
  /** A link that has to be exchanged for a session first; null: there is a session, or nobody is signed in. */
  exchange: LinkKey | null;
  appearance: Appearance;
};

/** Takes what a link brought, and removes it from the address at once: neither history nor screenshots keep it. */
export function arrive(): Arrival {
  const { pathname, search, hash } = window.location;
  const isFramed = window.parent !== window;
  if (!pathname.endsWith("/login")) return { exchange: null, appearance: keptAppearance(isFramed) };
  const query = new URLSearchParams(search);
  const key = keyInFragment(hash);
  const appearance = appearanceIn(query, isFramed);
  keepAppearance(appearance);
  const next = nextIn(query);
  window.history.replaceState(null, "", `/portal${next ?? ""}`);
  if (key === null) return { exchange: null, appearance };
  if (key.token === null) return { exchange: key, appearance };
  storeSession({ token: key.token, appId: key.appId });
  return { exchange: null, appearance };
}
