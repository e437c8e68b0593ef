import { type Browser, chromium } from "playwright-core";

/** Debian's package; `.ci/run` installs it. */
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** The browser in which the portal is tested and photographed. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
