/** How the publisher wants the portal to look, from the link's query (reference svix.md §2.16). */

import { isBright } from "./colors.ts";

export type Appearance = {
  primaryLight: string | null;
  primaryDark: string | null;
  icon: string | null;
  fontFamily: string | null;
  darkMode: "light" | "dark" | "auto";
  hideNavigation: boolean;
  noGutters: boolean;
};

const DARK_MODES = new Map<string | null, Appearance["darkMode"]>([
  ["true", "dark"],
  ["false", "light"],
  ["auto", "auto"],
]);
const STORED = "posthorn.appearance";
const COLOR = /^#?([0-9a-f]{6})$/i;
/** Names of fonts only: nothing that could end the declaration. */
const FONT = /^[\w\s,-]{1,100}$/;

/** `isFramed`: without a word on it, the page around is light; `svix-react` says nothing where it is not to be dark. */
export function appearanceIn(query: URLSearchParams, isFramed: boolean): Appearance {
  const both = colorIn(query.get("primaryColor"));
  const dark = query.get("darkMode");
  return {
    primaryLight: colorIn(query.get("primaryColorLight")) ?? both,
    primaryDark: colorIn(query.get("primaryColorDark")) ?? both,
    icon: iconIn(query.get("icon")),
    fontFamily: FONT.test(query.get("fontFamily") ?? "") ? query.get("fontFamily") : null,
    darkMode: DARK_MODES.get(dark) ?? (isFramed ? "light" : "auto"),
    hideNavigation: query.get("hideNavigation") === "true",
    noGutters: query.get("noGutters") === "true",
  };
}

/** A reload of a frame comes without the query that the link had. */
export function keepAppearance(appearance: Appearance): void {
  try {
    sessionStorage.setItem(STORED, JSON.stringify(Object.entries(appearance)));
  } catch {
    // Then it lasts as long as the page.
  }
}

export function keptAppearance(isFramed: boolean): Appearance {
  const standard = appearanceIn(new URLSearchParams(), isFramed);
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? "[]");
    return Array.isArray(kept) ? { ...standard, ...Object.fromEntries(kept) } : standard;
  } catch {
    return standard;
  }
}

export function applyAppearance(appearance: Appearance): void {
  const { style, dataset } = document.documentElement;
  dataset["theme"] = appearance.darkMode;
  document.body.classList.toggle("no-gutters", appearance.noGutters);
  const { primaryLight: light, primaryDark: dark, fontFamily } = appearance;
  if (light !== null) setPair("light", light);
  if (dark !== null) setPair("dark", dark);
  if (fontFamily !== null) style.setProperty("--font", `${fontFamily}, system-ui, sans-serif`);
}

function setPair(theme: "light" | "dark", color: string): void {
  const { style } = document.documentElement;
  style.setProperty(`--accent-${theme}`, color);
  style.setProperty(`--on-accent-${theme}`, isBright(color) ? "#10151d" : "#ffffff");
}

function colorIn(text: string | null): string | null {
  const digits = COLOR.exec(text ?? "")?.[1];
  return digits === undefined ? null : `#${digits.toLowerCase()}`;
}

function iconIn(text: string | null): string | null {
  return text !== null && /^https:\/\//.test(text) ? text : null;
}
