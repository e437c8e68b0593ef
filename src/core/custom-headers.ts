import { MAX_ENDPOINT_HEADERS, MAX_HEADER_NAME_CHARS, MAX_HEADER_VALUE_CHARS } from "./limits/resources.ts";

export type CustomHeadersCheck = { ok: true } | { ok: false; header: string; reason: string };

/** Svix's list (reference svix.md §2.5), then what the connection, the platform or a proxy must say itself. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set([
  "user-agent",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailers",
  "transfer-encoding",
  "upgrade",
  "age",
  "cache-control",
  "clear-site-data",
  "expires",
  "pragma",
  "warning",
  "content-length",
  "content-type",
  "content-encoding",
  "content-language",
  "content-location",
  "host",
  "connection",
  "proxy-connection",
  "trailer",
  "expect",
  "accept-encoding",
  "cdn-loop",
  "forwarded",
  "via",
  "x-real-ip",
]);

const FORBIDDEN_PREFIXES = [
  "x-amz-",
  "x-amzn-",
  "x-google",
  "x-goog-",
  "x-gfe",
  "x-azure-",
  "x-fd-",
  "x-svix-",
  "svix-",
  "webhook-",
  "cf-",
  "x-forwarded-",
];

/** Svix's list: these come back from a read as names only. */
const SENSITIVE_NAMES: ReadonlySet<string> = new Set([
  "x-auth-token",
  "x-api-key",
  "www-authenticate",
  "authorization",
  "proxy-authenticate",
  "proxy-authorization",
]);

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII, spaces and tabs: a line break would start a header of the caller's choice. */
const VALUE = /^[\t\x20-\x7e]*$/;

/**
 * Whether an endpoint's own headers may be sent. `reserved` are names that dialects send themselves, in any case.
 */
export function checkCustomHeaders(
  headers: Readonly<Record<string, string>>,
  reserved: readonly string[] = [],
): CustomHeadersCheck {
  const reservedNames = new Set(reserved.map((name) => name.toLowerCase()));
  const seen = new Set<string>();
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase();
    const reason =
      nameRefusal(header) ??
      (reservedNames.has(name) ? "is set by the dialect" : null) ??
      (seen.has(name) ? "is given twice, names differ only in case" : null) ??
      valueRefusal(value) ??
      (seen.size >= MAX_ENDPOINT_HEADERS ? `is more than the ${MAX_ENDPOINT_HEADERS} headers allowed` : null);
    // A name of any length may come back in an error: only its start does.
    if (reason !== null) return { ok: false, header: header.slice(0, MAX_HEADER_NAME_CHARS), reason };
    seen.add(name);
  }
  return { ok: true };
}

function nameRefusal(header: string): string | null {
  if (header.length > MAX_HEADER_NAME_CHARS)
    return `has a name of more than ${MAX_HEADER_NAME_CHARS} characters`;
  if (!TOKEN.test(header)) return "is not a valid header name";
  const name = header.toLowerCase();
  if (FORBIDDEN_NAMES.has(name)) return "is set by the service";
  const prefix = FORBIDDEN_PREFIXES.find((forbidden) => name.startsWith(forbidden));
  return prefix === undefined ? null : `starts with the reserved prefix ${prefix}`;
}

function valueRefusal(value: string): string | null {
  if (value.length > MAX_HEADER_VALUE_CHARS)
    return `has a value of more than ${MAX_HEADER_VALUE_CHARS} characters`;
  if (!VALUE.test(value)) return "may hold visible ASCII characters, spaces and tabs only";
  return value.trim() === value ? null : "must not start or end with white space";
}

/** What a read shows: values, and of sensitive headers only the names, both as they were written. */
export function splitSensitiveHeaders(headers: Readonly<Record<string, string>>): {
  headers: Record<string, string>;
  sensitive: string[];
} {
  const entries = Object.entries(headers);
  const isSensitive = (name: string) => SENSITIVE_NAMES.has(name.toLowerCase());
  return {
    headers: Object.fromEntries(entries.filter(([name]) => !isSensitive(name))),
    sensitive: entries.map(([name]) => name).filter(isSensitive),
  };
}
