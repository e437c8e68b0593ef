/** Changes to sources as they are loaded: smaller limits, or a mistake that the simulation must notice. */
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

export type SourceEdit = {
  /** From the project's root. */
  file: string;
  find: string;
  replace: string;
};

/** Call before the sources are imported. Throws, when a source is loaded, if what is to be replaced is not there once. */
export function installEdits(edits: readonly SourceEdit[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = edits.filter(
        ({ file }) => url.startsWith("file:") && fileURLToPath(url).endsWith(`/${file}`),
      );
      if (mine.length === 0) return loaded;
      const text =
        typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: mine.reduce(applyEdit, text) };
    },
  });
}

function applyEdit(text: string, { file, find, replace }: SourceEdit): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not have exactly one: ${find}`);
  return before + replace + after;
}

/** With these, a handful of events fills pages, memory and the circuit breaker. */
export const SMALL_LIMITS: readonly SourceEdit[] = [
  ...limits("endpoint-object", [
    ["MAX_READY_EVENTS", "1000", "6"],
    ["MAX_READY_BYTES", "8 * MIB", "1200"],
    ["LOG_PAGE_EVENTS", "1000", "4"],
    ["DUE_PAGE", "100", "3"],
    ["FIFO_READ_AHEAD", "100", "3"],
    ["POSITION_SAVE_INTERVAL", "100", "4"],
  ]),
  ...limits("database", [["LOG_FETCH_BYTES", "4 * MIB", "700"]]),
  ...limits("publishing", [["MAX_HINT_CHARS", "4 * MIB", "900"]]),
  ...limits("delivery", [
    ["REQUESTS_PER_OBJECT", "6", "2"],
    ["MAX_IN_FLIGHT_CHARS", "16 * MIB", "1000"],
    ["BREAKER_FAILURES", "20", "3"],
    ["BREAKER_MIN_SPAN_MS", "MINUTE_MS", "500"],
  ]),
  ...limits("pull", [
    ["PULL_SCAN_EVENTS", "2000", "20"],
    ["MAX_LEASES", "500", "4"],
    ["MAX_SOCKET_UNANSWERED_EVENTS", "1000", "4"],
    ["MAX_SOCKET_UNANSWERED_CHARS", "MIB", "900"],
  ]),
];

function limits(subject: string, changes: [name: string, is: string, small: string][]): SourceEdit[] {
  return changes.map(([name, is, small]) => {
    const declaration = `export const ${name} = `;
    return {
      file: `src/core/limits/${subject}.ts`,
      find: `${declaration}${is};`,
      replace: `${declaration}${small};`,
    };
  });
}
