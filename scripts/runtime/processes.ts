import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** The environment a process was started with, as text; empty when it is gone or not ours to see. */
export async function readProcessEnvironment(pid: number): Promise<string> {
  try {
    if (process.platform === "linux") return await readFile(`/proc/${pid}/environ`, "utf8");
    return (await promisify(execFile)("ps", ["eww", "-o", "command=", "-p", String(pid)])).stdout;
  } catch {
    return "";
  }
}
