/** `npm run build:portal`: the portal's static files, made anew when their sources changed. */
import { buildPortal } from "./portal/build.ts";

const outcome = await buildPortal();
console.log(outcome === "built" ? "built the portal" : "the portal is up to date");
