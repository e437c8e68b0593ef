/** What people write on the command line, read: pure. */
import { InvalidArgumentError } from "commander";
import { parseWindow } from "../core/alerts.ts";
import { usageFailure } from "./failure.ts";

const NOW = /^now$/i;

/** `2h` ago, or a date or time; as the API takes it. */
export function pastTime(text: string, nowMs: number): string {
  return time(text, (seconds) => nowMs - seconds * 1000, nowMs);
}

/** In `10m`, or a date or time. */
export function futureTime(text: string, nowMs: number): string {
  return time(text, (seconds) => nowMs + seconds * 1000, nowMs);
}

function time(text: string, offset: (seconds: number) => number, nowMs: number): string {
  if (NOW.test(text)) return new Date(nowMs).toISOString();
  const seconds = parseWindow(text);
  const atMs = seconds === null ? Date.parse(text) : offset(seconds);
  const date = new Date(atMs);
  // Only whole dates: Date.parse takes "5" for the year 2001.
  if (Number.isNaN(date.getTime()) || (seconds === null && !/^\d{4}-\d\d-\d\d/.test(text))) {
    throw usageFailure(
      `"${text}" is not a time`,
      "It is a span like 2h or 7d, or a time like 2026-01-30T14:30:00Z",
    );
  }
  return date.toISOString();
}

/** `a,b` and repeated options alike. */
export function commaList(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").map((part) => part.trim())].filter((part) => part !== "");
}

export function repeated(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const bound = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It is a whole number ${bound}.`);
  };
}

/** A number of seconds, or a span: `90`, `15m`, `1h`. */
export function seconds(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : parseWindow(text);
    if (value !== null && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It is a span like 15m or 1h, or seconds, at least ${least}.`);
  };
}

/** A bound, or that there is to be none. Not null at once: commander would make it an empty text. */
export type Bound = number | "none";

export function bound(text: string): Bound {
  return text === "none" ? text : wholeNumber(1)(text);
}

/** As the API takes it. */
export function boundIn(given: Bound | undefined): number | null | undefined {
  return given === "none" ? null : given;
}

/** `name=value`, repeated. */
export function pairs(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is name=value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

export function oneOf(...names: string[]): (text: string) => string {
  return (text) => {
    if (names.includes(text)) return text;
    throw new InvalidArgumentError(`It is one of ${names.join(", ")}.`);
  };
}

/** Without what was not given, so that a patch changes only what was. */
export function given<Fields extends Record<string, unknown>>(all: Fields): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as Partial<Fields>;
}
