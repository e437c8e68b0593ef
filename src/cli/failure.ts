/** Everything the program refuses or fails with, and what it exits with. */
import { isObject } from "../core/json-object.ts";

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  notAuthorised: 4,
  notFound: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For the help and the documentation. */
export const EXIT_MEANINGS: readonly [ExitCode, string][] = [
  [EXIT.ok, "done"],
  [EXIT.failed, "refused by the server, or done and failed: a test not accepted, a signature not valid"],
  [EXIT.usage, "the command line or a file it names is wrong"],
  [EXIT.unreachable, "the deployment cannot be reached, or is out of order"],
  [EXIT.notAuthorised, "the key is missing, wrong, or may not do this"],
  [EXIT.notFound, "there is no such application, webhook, event …"],
  [EXIT.interrupted, "interrupted"],
];

type Details = {
  exitCode: ExitCode;
  code: string;
  hint?: string | undefined;
  lines?: string[];
  missing?: MissingPart | null;
  fields?: string[];
};

/** An end that was foreseen: said in a sentence, with what to do next. */
export class CliFailure extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly hint: string | undefined;
  /** One for each thing that is wrong, when there are several. */
  readonly lines: readonly string[];
  /** What was not found, where that is known. */
  readonly missing: MissingPart | null;
  /** The fields that the server refused. */
  readonly fields: readonly string[];

  constructor(message: string, { exitCode, code, hint, lines = [], missing = null, fields = [] }: Details) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
    this.hint = hint;
    this.lines = lines;
    this.missing = missing;
    this.fields = fields;
  }
}

export function usageFailure(message: string, hint?: string): CliFailure {
  return new CliFailure(message, { exitCode: EXIT.usage, code: "usage", hint });
}

export function nothingToChange(command: string): CliFailure {
  return usageFailure("There is nothing to change", `\`posthorn ${command} --help\` lists what can be`);
}

export function interrupted(hint?: string): CliFailure {
  return new CliFailure("Interrupted", { exitCode: EXIT.interrupted, code: "interrupted", hint });
}

export type Refusal = {
  method: string;
  path: string;
  status: number;
  body: unknown;
  url: string;
  keyFrom: string;
  missing?: MissingPart | null;
};

/** Which part of a path is not there, where that has been found out: its application, or what is in it. */
export type MissingPart = "application" | "inner";

/** A refusal of the server as a sentence, with what to do next. */
export function refusalFailure(refusal: Refusal): CliFailure {
  const { status, body, path, url, keyFrom } = refusal;
  const code = textAt(body, "code") ?? `http_${status}`;
  const detail = textAt(body, "detail");
  if (status === 401) {
    return new CliFailure(`${url} does not accept this key (${keyFrom})`, {
      exitCode: EXIT.notAuthorised,
      code,
      hint: "Set POSTHORN_KEY to a key of this deployment, or run `posthorn login`",
    });
  }
  if (status === 403) {
    return new CliFailure(`This key may not do that: ${detail ?? "insufficient access"}`, {
      exitCode: EXIT.notAuthorised,
      code,
      hint: "`posthorn whoami` tells what it may do; a publisher key (sk_…) may do everything",
    });
  }
  if (status === 404)
    return notFoundFailure({ path, missing: refusal.missing ?? null, code, said: whatIsMissing(body) });
  if (status === 422) return invalidFailure(body);
  if (status >= 500 && code !== "not_implemented") {
    const hint = status === 503 ? "Try again in a moment" : "The deployment's log says why";
    const message = `${url} is out of order: ${detail ?? `it answered ${status}`}`;
    return new CliFailure(message, { exitCode: EXIT.unreachable, code, hint });
  }
  const message = detail ?? `The server answered ${status}`;
  return new CliFailure(message, { exitCode: EXIT.failed, code, hint: HINTS[code] });
}

const HINTS: Readonly<Record<string, string>> = {
  endpoint_disabled: "Enable it with `posthorn webhooks update <app> <webhook> --enable`",
  event_type_exists: "`posthorn event-types update` changes it",
  rate_limited: "Wait a moment, then try again",
};

/** Names of things in a path, outermost first. */
const THINGS: Readonly<Record<string, { name: string; list: string | null }>> = {
  app: { name: "application", list: "posthorn apps list" },
  "app-portal-access": { name: "application", list: "posthorn apps list" },
  endpoint: { name: "webhook", list: "posthorn webhooks list <app>" },
  msg: { name: "event", list: "posthorn events list <app>" },
  "event-type": { name: "event type", list: "posthorn event-types list" },
  "background-task": { name: "task", list: "posthorn tasks list" },
  "api-key": { name: "key", list: "posthorn keys list" },
  alert: { name: "alert", list: "posthorn alerts list <app>" },
  dialect: { name: "dialect", list: "posthorn dialects list" },
};

/** The server's own word on what is missing, where it has one. */
export function whatIsMissing(body: unknown): string | null {
  const detail = textAt(body, "detail");
  return detail?.startsWith("There is no ") === true ? detail : null;
}

type NotFound = { path: string; missing: MissingPart | null; code: string; said: string | null };

/** Which part of the path was not found may be unknown: then all of them are named. */
function notFoundFailure({ path, missing, code, said }: NotFound): CliFailure {
  const [, ...parts] = path.replace(/^\/api\/v1/, "").split("/");
  const named: { name: string; id: string; list: string | null }[] = [];
  for (let at = 0; at + 1 < parts.length; at += 1) {
    const thing = THINGS[parts[at] ?? ""];
    if (thing === undefined) continue;
    named.push({ ...thing, id: decodeURIComponent(parts[at + 1] ?? "") });
    at += 1;
  }
  const [outermost] = named;
  if (outermost === undefined) {
    return new CliFailure("This deployment does not know that", {
      exitCode: EXIT.notFound,
      code,
      hint: "Is POSTHORN_URL the address of a Posthorn deployment?",
    });
  }
  if (said !== null) return new CliFailure(said, { exitCode: EXIT.notFound, code });
  const absent = missing === null ? named : missing === "inner" ? named.slice(1) : [outermost];
  const inner = outermost.name === "application" ? ` in application ${outermost.id}` : "";
  const where = missing === "inner" ? inner : "";
  const message = `There is no ${absent.map(({ name, id }) => `${name} ${id}`).join(", or no ")}${where}`;
  const lists = absent.map(({ list }) => list?.replace("<app>", outermost.id));
  const hint = [...new Set(lists)].map((list) => `\`${list}\``).join(" and ");
  return new CliFailure(message, { exitCode: EXIT.notFound, code, hint: `See ${hint}`, missing });
}

function invalidFailure(body: unknown): CliFailure {
  const issues = isObject(body) && Array.isArray(body.detail) ? body.detail : [];
  const lines = issues.flatMap((issue: unknown) => {
    if (!isObject(issue) || typeof issue.msg !== "string") return [];
    const loc = Array.isArray(issue.loc) ? issue.loc.map(String) : [];
    const place = loc.slice(["body", "query", "path"].includes(loc[0] ?? "") ? 1 : 0).join(".");
    return [place === "" ? issue.msg : `${place.replaceAll(".[", "[")}: ${issue.msg}`];
  });
  const [first] = lines;
  const message = lines.length === 1 ? `Not valid: ${first}` : "Not valid:";
  return new CliFailure(message, {
    exitCode: EXIT.failed,
    code: "validation",
    lines: lines.length === 1 ? [] : lines,
    fields: issues.flatMap((issue: unknown) => fieldOf(issue) ?? []),
  });
}

function fieldOf(issue: unknown): string | null {
  if (!isObject(issue) || !Array.isArray(issue.loc)) return null;
  const [where, field] = issue.loc.map(String);
  return where === "body" ? (field ?? null) : null;
}

function textAt(value: unknown, name: string): string | null {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === "string" ? found : null;
}
