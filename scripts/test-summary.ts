/**
 * Prints `N passed, N failed` from the JSON summary of a Vitest run. A file that failed to load, and a run that ended
 * badly for another reason than a test (a check, a build, an unhandled error), count as one failure each.
 * Arguments: the summary's path, the exit status of `npm test`.
 */
import { readFileSync } from "node:fs";

type Summary = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

function summaryLine(path: string, exitStatus: number): string {
  const summary = readSummary(path);
  if (summary === null) return "0 passed, 1 failed";
  const unloaded = summary.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const failed = summary.numFailedTests + unloaded;
  return `${summary.numPassedTests} passed, ${failed === 0 && exitStatus !== 0 ? 1 : failed} failed`;
}

function readSummary(path: string): Summary | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Summary;
  } catch {
    return null;
  }
}

console.log(summaryLine(process.argv[2] ?? "", Number(process.argv[3] ?? 1)));
