/** The one structured logger: one JSON line a call. Never give it a secret, a payload or a header value. */
export type LogFields = Record<string, string | number | boolean | null>;

export function logInfo(event: string, fields: LogFields = {}): void {
  console.log(JSON.stringify({ level: "info", event, ...fields }));
}

export function logError(event: string, error: unknown, fields: LogFields = {}): void {
  console.error(JSON.stringify({ level: "error", event, ...fields, error: errorText(error) }));
}

const MAX_ERROR_CHARS = 500;

/** Text of anything thrown; cannot throw itself and is bounded. */
export function errorText(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text.slice(0, MAX_ERROR_CHARS);
  } catch {
    return "an error that cannot be shown as text";
  }
}
