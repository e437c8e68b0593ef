/** Calls of the API: the token of the session on each, and its errors as sentences. */

export type Page<Item> = {
  data: Item[];
  iterator: string | null;
  prevIterator: string | null;
  done: boolean;
};

export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  /** By field of the body; empty when no field is at fault. */
  readonly fields: Record<string, string>;

  constructor(status: number, body: unknown) {
    const { code, detail, fields } = failureIn(body);
    super(detail ?? `The server answered ${status}.`);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** There was no answer at all. */
class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached. Check your connection and try again.");
    this.name = "Unreachable";
  }
}

/** What a proxy answers when nobody is behind it. */
const NOBODY_THERE = [502, 504];

export function isUnreachable(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiFailure && NOBODY_THERE.includes(error.status));
}

/** Whether the server answers. */
export async function reachesServer(): Promise<boolean> {
  try {
    return (await fetch("/api/v1/health/ping", { signal: AbortSignal.timeout(TIMEOUT_MS) })).ok;
  } catch {
    return false;
  }
}

const TIMEOUT_MS = 20_000;

export type Call = { method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; json?: unknown };

export type Api = {
  text(path: string, call?: Call): Promise<string>;
  /** The answer, of whose shape the contract is trusted. */
  json<Answer>(path: string, call?: Call): Promise<Answer>;
};

export function createApi(token: string, onSignedOut: () => void): Api {
  const text = async (path: string, { method = "GET", json }: Call = {}) => {
    if (!CAN_BE_SENT.test(token)) {
      onSignedOut();
      throw new ApiFailure(401, NO_KEY);
    }
    const { ok, status, body } = await send(path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(json === undefined ? {} : JSON_TYPE) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (ok) return body;
    if (status === 401) onSignedOut();
    throw new ApiFailure(status, parsed(body));
  };
  return {
    text,
    json: async <Answer>(path: string, call?: Call) => parsed(await text(path, call)) as Answer,
  };
}

/** No header takes other characters: the browser would refuse to ask. */
const CAN_BE_SENT = /^[\x21-\x7e]+$/;
const NO_KEY = {
  code: "authentication_failed",
  detail: "This is no key: a key has no spaces, and no characters like “…”.",
};

const JSON_TYPE = { "content-type": "application/json" };

/** With the body, in which a connection may break too. */
async function send(path: string, init: RequestInit): Promise<{ ok: boolean; status: number; body: string }> {
  try {
    const response = await fetch(path, init);
    return { ok: response.ok, status: response.status, body: await response.text() };
  } catch {
    throw new Unreachable();
  }
}

/** The session of a link that carries a token to be exchanged once. */
export async function exchangeOneTimeToken(oneTimeToken: string): Promise<string> {
  const { ok, status, body } = await send("/api/v1/auth/one-time-token", {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ oneTimeToken }),
  });
  if (!ok) throw new ApiFailure(status, parsed(body));
  return String(Reflect.get(Object(parsed(body)), "token"));
}

/** What a refusal says of the fields of what was sent, by their names. */
export function problemsOf(error: unknown): Record<string, string> {
  return error instanceof ApiFailure ? error.fields : {};
}

/** What was asked for is not there, or not any more. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 404;
}

/** An error that trying again does not change. */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiFailure && error.status < 500 && error.status !== 429;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

type Issue = { loc?: unknown[]; msg?: unknown };

function failureIn(body: unknown): { code: string; detail: string | null; fields: Record<string, string> } {
  const { code, detail } = Object(body) as { code?: unknown; detail?: unknown };
  if (!Array.isArray(detail)) {
    return { code: String(code ?? ""), detail: typeof detail === "string" ? detail : null, fields: {} };
  }
  const issues = (detail as Issue[]).map(({ loc = [], msg }) => {
    const [, field = "", ...rest] = loc.map(String);
    return { field, text: [...rest, String(msg)].join(" ") };
  });
  return {
    code: "validation",
    detail: issues.map(({ field, text }) => `${field === "" ? "" : `${field}: `}${text}`).join("; "),
    fields: Object.fromEntries(issues.map(({ field, text }) => [field, text])),
  };
}

/** `?a=1&b=2` of what is set. */
export function queryText(values: Record<string, string | number | boolean | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
