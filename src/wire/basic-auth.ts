import { encodeBase64, utf8 } from "./encoding.ts";

/**
 * `https://user:pass@host` is how Svix is told to authenticate (reference svix.md §2.8). A URL is shown wherever its
 * endpoint is, so what it says of that becomes a header, which is kept encrypted. Null: it says nothing.
 */
export function takeCredentials(text: string): { url: string; authorization: string } | null {
  const url = URL.parse(text);
  if (url === null || (url.username === "" && url.password === "")) return null;
  const pair = `${decoded(url.username)}:${decoded(url.password)}`;
  url.username = "";
  url.password = "";
  return { url: url.href, authorization: `Basic ${encodeBase64(utf8(pair))}` };
}

/** As it was meant; what is no percent-encoding was meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
