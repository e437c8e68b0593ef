import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { PROJECT_ROOT } from "../support/posthorn-process.ts";

it("npm run demo shows the whole job and ends with 0", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/demo.ts"], { cwd: PROJECT_ROOT });
  expect(stdout).not.toContain("✗");
  expect(stdout).toMatch(/✓ \d+ checks passed, 0 failed/);
});
