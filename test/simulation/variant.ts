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
  limit("MAX_READY_EVENTS", "1000", "6"),
  limit("LOG_PAGE_EVENTS", "1000", "4"),
  limit("DUE_PAGE", "100", "3"),
  limit("FIFO_READ_AHEAD", "100", "3"),
  limit("MAX_READY_BYTES", "8 * MIB", "1200"),
  limit("LOG_FETCH_BYTES", "4 * MIB", "700"),
  limit("MAX_HINT_CHARS", "4 * MIB", "900"),
  limit("REQUESTS_PER_OBJECT", "6", "2"),
  limit("MAX_IN_FLIGHT_CHARS", "16 * MIB", "1000"),
  limit("POSITION_SAVE_INTERVAL", "100", "4"),
  limit("BREAKER_FAILURES", "20", "3"),
  limit("PULL_SCAN_EVENTS", "2000", "20"),
  limit("MAX_LEASES", "500", "4"),
  limit("MAX_SOCKET_UNANSWERED_EVENTS", "1000", "4"),
  limit("MAX_SOCKET_UNANSWERED_CHARS", "MIB", "900"),
  limit("BREAKER_MIN_SPAN_MS", "MINUTE_MS", "500"),
];

function limit(name: string, is: string, small: string): SourceEdit {
  const declaration = `export const ${name} = `;
  return { file: "src/core/limits.ts", find: `${declaration}${is};`, replace: `${declaration}${small};` };
}
