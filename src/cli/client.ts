import type { WhoamiOut } from "../contract/api-keys.ts";
import { isObject } from "../core/json-object.ts";
import {
  CliFailure,
  EXIT,
  interrupted,
  type MissingPart,
  refusalFailure,
  usageFailure,
  whatIsMissing,
} from "./failure.ts";
import type { Io } from "./io.ts";
import { parseJson } from "./json-text.ts";
import { checkKey, type Settings } from "./settings.ts";

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A body that is JSON already, so that a payload's bytes stay as they are. */
export type RawJson = { rawJson: string };

export type Call = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Query;
  body?: unknown;
  /** Null for calls that need none. */
  key?: string | null;
  /** False where the answer, when it goes well, may be empty. */
  answered?: false;
  /** Cleans up: it is made also when the person has stopped everything else. */
  isLast?: boolean;
};

/** A page of any list of the API. */
export type Page<Item> = { data: Item[]; iterator: string | null; done: boolean };

const MAX_TRIES = 4;
const MAX_RETRY_AFTER_SECONDS = 10;
const MAX_PAGE = 250;
const LAST_CALL_MS = 5000;

/** `/api/v1/app/${app}`, each part encoded; the steps `.` and `..` would make it another path. */
export function path(strings: TemplateStringsArray, ...names: string[]): string {
  return String.raw(
    { raw: strings },
    ...names.map((name) => {
      if (name === "" || name === "." || name === "..")
        throw usageFailure(`"${name}" is not a name or an id`);
      return encodeURIComponent(name);
    }),
  );
}

/** Speaks HTTP to one deployment. */
export class Client {
  readonly #io: Io;
  readonly #settings: Settings;

  constructor(io: Io, settings: Settings) {
    checkKey(settings);
    this.#io = io;
    this.#settings = settings;
  }

  get url(): string {
    return this.#settings.url;
  }

  get key(): string | null {
    return this.#settings.key;
  }

  get<Answer>(at: string, query: Query = {}): Promise<Answer> {
    return this.call({ method: "GET", path: at, query });
  }

  post<Answer>(at: string, body: unknown, query: Query = {}): Promise<Answer> {
    return this.call({ method: "POST", path: at, body, query });
  }

  /** For what answers nothing when it has been done. */
  async tell(at: string, body: unknown, method: "POST" | "PATCH" = "POST"): Promise<void> {
    await this.call({ method, path: at, body, answered: false });
  }

  patch<Answer>(at: string, body: unknown): Promise<Answer> {
    return this.call({ method: "PATCH", path: at, body });
  }

  delete(at: string, query: Query = {}): Promise<void> {
    return this.call({ method: "DELETE", path: at, query });
  }

  /** The answer's JSON; a refusal is thrown as a {@link CliFailure}. */
  async call<Answer>(call: Call): Promise<Answer> {
    const response = await this.#answered(call);
    const text = await this.#text(response);
    const body = this.#json(text, response);
    if (response.ok) {
      // Only who deletes, or says that it wants no answer, gets none.
      if (!isObject(body) && call.method !== "DELETE" && call.answered !== false)
        throw this.#stranger(response);
      return body as Answer;
    }
    const isUnsaid = response.status === 404 && whatIsMissing(body) === null;
    const missing = isUnsaid ? await this.#missingPart(call) : null;
    throw refusalFailure({ ...call, missing, status: response.status, body, ...this.#whom() });
  }

  /** The server does not tell which part of a path it did not find: whether the application is there can be asked. */
  async #missingPart({ path: at, key }: Call): Promise<MissingPart | null> {
    const [, app, rest] = /^(\/api\/v1\/app\/[^/]+)(\/.+)?$/.exec(at) ?? [];
    if (app === undefined) return null;
    // Nothing else is named in `/app/{app}/msg`; and a key that may only publish could not ask.
    if (rest === undefined || !rest.slice(1).includes("/")) return "application";
    const call: Call = key === undefined ? { method: "GET", path: app } : { method: "GET", path: app, key };
    const response = await this.#fetch(call, {});
    await response.body?.cancel();
    if (response.status === 404) return "application";
    return response.ok ? "inner" : null;
  }

  /** What was found, or null for a 404. */
  async find<Answer>(at: string): Promise<Answer | null> {
    try {
      return await this.get<Answer>(at);
    } catch (error) {
      if (error instanceof CliFailure && error.exitCode === EXIT.notFound) return null;
      throw error;
    }
  }

  /** Whose key it is; also the question that shows whether this is Posthorn at all. */
  async whoami(): Promise<WhoamiOut> {
    const who = await this.get<Partial<WhoamiOut>>("/api/v1/auth/whoami");
    if (typeof who.permissionSource !== "string") throw this.#stranger({ status: 200 });
    return who as WhoamiOut;
  }

  /** Up to so many items, however many pages that takes; null: all of them. */
  async list<Item>(
    at: string,
    { limit, query = {} }: { limit: number | null; query?: Query },
  ): Promise<Item[]> {
    const items: Item[] = [];
    let iterator: string | null = null;
    do {
      const wanted = Math.min(MAX_PAGE, (limit ?? Number.POSITIVE_INFINITY) - items.length);
      const page: Page<Item> = await this.get(at, { ...query, limit: wanted, iterator });
      if (!Array.isArray(page.data)) throw this.#stranger({ status: 200 });
      items.push(...page.data);
      iterator = page.done ? null : page.iterator;
    } while (iterator !== null && items.length < (limit ?? Number.POSITIVE_INFINITY));
    return items;
  }

  /** An answer that is read as it comes. */
  async open(call: Call, headers: Record<string, string>): Promise<Response> {
    const response = await this.#fetch(call, headers);
    if (response.ok) return response;
    const body = this.#json(await this.#text(response), response);
    throw refusalFailure({ ...call, status: response.status, body, ...this.#whom() });
  }

  #whom() {
    return { url: this.#settings.url, keyFrom: this.#settings.keyFrom };
  }

  /** "Come back later" is obeyed a few times; a repeated POST is known by its idempotency key and done once. */
  async #answered(call: Call): Promise<Response> {
    const headers: Record<string, string> =
      call.method === "POST" ? { "idempotency-key": this.#io.newKey() } : {};
    for (let tries = 1; ; tries += 1) {
      const response = await this.#fetch(call, headers);
      const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
      const comesBack = [429, 503].includes(response.status) && seconds <= MAX_RETRY_AFTER_SECONDS;
      if (!comesBack || tries === MAX_TRIES) return response;
      await response.body?.cancel();
      await this.#io.sleep(seconds * 1000);
    }
  }

  async #fetch({ method, path: at, query = {}, body, key, isLast }: Call, more: Record<string, string>) {
    const url = new URL(this.#settings.url + at);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ accept: "application/json", "user-agent": "posthorn-cli", ...more });
    const token = key === undefined ? this.#settings.key : key;
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    try {
      return await this.#io.fetch(url, {
        method,
        headers,
        signal: isLast === true ? AbortSignal.timeout(LAST_CALL_MS) : this.#io.signal,
        // A redirect would carry the key to wherever it points.
        redirect: "manual",
        ...(body === undefined ? {} : { body: bodyText(body) }),
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  async #text(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  /** What is no refusal of ours was answered by something else: a proxy, another program, a redirect to a login. */
  #json(text: string, { status, ok }: Response): unknown {
    try {
      if (ok || status >= 400) return text === "" ? null : parseJson(text);
    } catch {
      if (status >= 400) return null;
    }
    throw this.#stranger({ status });
  }

  #stranger({ status }: { status: number }): CliFailure {
    return new CliFailure(`${this.#settings.url} did not answer as Posthorn does (status ${status})`, {
      exitCode: EXIT.unreachable,
      code: "not_posthorn",
      hint: "Check POSTHORN_URL: it is the address without /api/v1",
    });
  }

  #unreachable(error: unknown): CliFailure {
    if (this.#io.signal.aborted) return interrupted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    return new CliFailure(`${this.#settings.url} cannot be reached (${code})`, {
      exitCode: EXIT.unreachable,
      code: "unreachable",
      hint: "Is it running, and is this its address? `npm start` runs one here; POSTHORN_URL or --server name another",
    });
  }
}

function bodyText(body: unknown): string {
  return isRaw(body) ? body.rawJson : JSON.stringify(body);
}

function isRaw(body: unknown): body is RawJson {
  return typeof body === "object" && body !== null && "rawJson" in body && typeof body.rawJson === "string";
}
