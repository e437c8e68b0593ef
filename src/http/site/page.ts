/** What every page of ours has: one style sheet, no script, nothing from elsewhere. */
import { html } from "hono/html";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { STYLE } from "./style.ts";

/** Escaped text of a page; what is put into `html` is escaped unless it is such text itself. */
export type Html = ReturnType<typeof html>;

const STYLE_PATH = "/site.css";

/** Pages load nothing but the style sheet, run nothing, send nothing and may not be framed. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/** A page's seconds in caches between us and a reader. */
const PAGE_MAX_AGE_SECONDS = 10;
const STYLE_MAX_AGE_SECONDS = 3600;

type Page = { title: string; intro: Html; nav: Html; main: Html };

export async function pageText({ title, intro, nav, main }: Page): Promise<string> {
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<div class="columns">
<header><h1>${title}</h1>${intro}</header>
<nav aria-label="Contents">${nav}</nav>
<main>${main}</main>
</div>
</body>
</html>
`;
  return text.toString();
}

export function sendPage(c: HttpContext, text: string): Response {
  return c.html(text, 200, {
    ...HEADERS,
    "cache-control": `public, max-age=${PAGE_MAX_AGE_SECONDS}`,
  }) as Response;
}

/** The style sheet, which needs no token. */
export function registerStyle(app: HttpApp): void {
  app.get(STYLE_PATH, (c) =>
    c.text(STYLE, 200, {
      "content-type": "text/css; charset=utf-8",
      "cache-control": `public, max-age=${STYLE_MAX_AGE_SECONDS}`,
      "x-content-type-options": "nosniff",
    }),
  );
}

/** Text for people, in which backticks mark code. */
export function prose(text: string): Html {
  const parts = text.split("`");
  // One without its partner is a backtick.
  if (parts.length % 2 === 0) return html`${text}`;
  return html`${parts.map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

/** What there is on the page; on a phone folded, or one would scroll through it before anything else. */
export function contents(links: unknown): Html {
  return html`<details><summary>Contents</summary>${links}</details>`;
}

/** Any JSON value, as a block of text. */
export function jsonBlock(value: unknown): Html {
  return html`<pre>${JSON.stringify(value, null, 2) ?? ""}</pre>`;
}
