/**
 * Finds where values stand in JSON text, so that a payload can be kept as the publisher wrote it: parsing and writing it
 * again would lose big integers, number spelling and key order. The text must already have passed `JSON.parse`.
 */

export type RawSpan = { start: number; end: number };

/** The members of the object that begins at `start`; of a repeated key the last counts, as in `JSON.parse`. */
export function rawMembers(text: string, start = 0): Map<string, RawSpan> {
  const members = new Map<string, RawSpan>();
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (text[at] === '"') {
    const keyEnd = skipString(text, at);
    const key: string = JSON.parse(text.slice(at, keyEnd));
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const valueEnd = skipValue(text, valueStart);
    members.set(key, { start: valueStart, end: valueEnd });
    at = nextItem(text, valueEnd);
  }
  return members;
}

/** The items of the array that begins at `start`. */
export function rawItems(text: string, start: number): RawSpan[] {
  const items: RawSpan[] = [];
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (at < text.length && text[at] !== "]") {
    const end = skipValue(text, at);
    items.push({ start: at, end });
    at = nextItem(text, end);
  }
  return items;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[^\t\n\r ,:[\]{}"]+|[,:[\]{}]/g;

/** One value to a line, as `JSON.stringify(…, null, 2)` writes it, with every number and key spelt as it was. */
export function indentedRaw(text: string): string {
  let depth = 0;
  let before = "";
  let out = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "}" || token === "]") {
      depth--;
      out += before === "{" || before === "[" ? token : line() + token;
    } else {
      const begins = before === "{" || before === "[" || before === ",";
      out += (begins ? line() : "") + token;
      if (token === "{" || token === "[") depth++;
      if (token === ":") out += " ";
    }
    before = token;
  }
  return out;
}

/** Where the next member or item begins, or the closing bracket stands. */
function nextItem(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === "," ? skipSpace(text, at + 1) : at;
}

const SPACE = /[\t\n\r ]*/y;
const SCALAR = /[^\t\n\r ,\]}]*/y;
/** Whatever cannot open, close or begin a string. */
const PLAIN = /[^"[\]{}]*/y;

function skipSpace(text: string, at: number): number {
  return skip(SPACE, text, at);
}

function skipValue(text: string, start: number): number {
  if (text[start] === '"') return skipString(text, start);
  if (text[start] !== "{" && text[start] !== "[") return skip(SCALAR, text, start);
  let depth = 0;
  let at = start;
  do {
    const char = text[at];
    if (char === '"') {
      at = skipString(text, at);
    } else {
      if (char === "{" || char === "[") depth++;
      else depth--;
      at++;
    }
    if (depth > 0) at = skip(PLAIN, text, at);
  } while (depth > 0 && at < text.length);
  return at;
}

function skipString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return text.length;
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return Math.max(at, pattern.lastIndex);
}
