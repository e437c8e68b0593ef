/** Text of an OpenAPI document, as JSON or YAML. */
import { parse } from "yaml";

/** The parsed document, or why it is none. YAML's aliases are bounded by the parser, so that text cannot explode. */
export function parseSpec(text: string): { spec: unknown } | { reason: string } {
  try {
    return { spec: text.trimStart().startsWith("{") ? parseEither(text) : parseYaml(text) };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
    return { reason: `is neither JSON nor YAML: ${reason.slice(0, MAX_REASON_CHARS)}` };
  }
}

const MAX_REASON_CHARS = 200;

/** YAML's flow style begins like JSON. */
function parseEither(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseYaml(text);
  }
}

function parseYaml(text: string): unknown {
  return parse(text, { logLevel: "error", prettyErrors: true });
}
