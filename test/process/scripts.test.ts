/** How the scripts of package.json answer who asks what they take, and who asks for what is not there. */
import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../support/posthorn-process.ts";

type Ended = { code: number | null; stdout: string; stderr: string };

function run(script: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [`scripts/${script}.ts`, ...args],
      { cwd: PROJECT_ROOT },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe.each(["demo", "bench", "chaos", "soak", "simulate", "screenshots"])("npm run %s", (script) => {
  it("tells with --help what it takes, and does nothing", async () => {
    const { code, stdout, stderr } = await run(script, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`npm run ${script}: `);
  });

  it("ends with 2 and no stack at an option that it does not have", async () => {
    const { code, stdout, stderr } = await run(script, "--nonsense");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^${script}: Unknown option '--nonsense'\n\nnpm run ${script}: `));
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
