/** The portal: one page with a router of its own, and its scripts and styles, as static assets of the Worker. */
import { parseConfig } from "../../env.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { notFoundError } from "../errors.ts";

const ROOT = "/portal";
const PAGE = `${ROOT}/index.html`;
const FILES = `${ROOT}/assets/`;

/** Whether a path is the portal's, which needs no token: what it shows it asks the API for, with one. */
export function isPortalPath(path: string): boolean {
  return path === ROOT || path === "/login" || path.startsWith(`${ROOT}/`);
}

/** `/portal/…`; and `/login`, where Svix's links lead (reference svix.md §2.16). */
export function registerPortal(app: HttpApp): void {
  // Browsers carry the fragment, and the token in it, over to where they are sent.
  app.get("/login", (c) => c.redirect(`${ROOT}/login${new URL(c.req.url).search}`));
  app.get(ROOT, page);
  app.get(`${ROOT}/*`, (c) => (c.req.path.startsWith(FILES) ? file(c) : page(c)));
}

/** On Cloudflare these never reach the Worker. */
async function file(c: HttpContext): Promise<Response> {
  const found = await asset(c, c.req.path);
  const headers = new Headers(found.headers);
  headers.set("x-content-type-options", "nosniff");
  return new Response(found.body, { headers });
}

async function page(c: HttpContext): Promise<Response> {
  const found = await asset(c, PAGE);
  return new Response(found.body, {
    headers: pageHeaders(parseConfig(c.get("services").env).frameAncestors),
  });
}

async function asset(c: HttpContext, path: string): Promise<Response> {
  const found = await c.get("services").env.ASSETS?.fetch(new URL(path, c.req.url).href);
  if (found === undefined || found.status !== 200) throw notFoundError();
  return found;
}

/** Scripts, styles and calls of our own only; images from anywhere, because a publisher's icon is. */
function pageHeaders(frameAncestors: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' https: data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    `frame-ancestors ${frameAncestors}`,
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  };
}
