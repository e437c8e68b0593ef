import type { LogWriterObject } from "./accept/log-writer.ts";
import { parseCidrs } from "./core/cidr.ts";
import { MAX_EGRESS_RANGES } from "./core/limits/delivery.ts";
import { isMailAddress, type Mail } from "./core/mail.ts";
import type { InboxObject } from "./delivery/inbox-object.ts";
import type { ListenerObject } from "./delivery/listener.ts";
import type { EndpointObject } from "./delivery/object.ts";
import type { SenderLane } from "./delivery/sender-lane.ts";
import type { FeedHub } from "./feed/hub.ts";

/** Bindings and variables as `wrangler.toml` and the secrets give them. */
export type Env = {
  DB: D1Database;
  ENDPOINT: DurableObjectNamespace<EndpointObject>;
  SENDER_LANE: DurableObjectNamespace<SenderLane>;
  LISTENER: DurableObjectNamespace<ListenerObject>;
  INBOX: DurableObjectNamespace<InboxObject>;
  LOG_WRITER: DurableObjectNamespace<LogWriterObject>;
  FEED_HUB: DurableObjectNamespace<FeedHub>;
  /**
   * The way to receivers on one machine: the network itself, without the runner's interceptor in between, and with private
   * addresses refused after the name was resolved unless the deployment allows them. Unset in production, where the
   * global `fetch` does both.
   */
  OUTBOUND?: Pick<Fetcher, "fetch">;
  /** Sends mail, in production (`send_email` in wrangler.toml); unset: nobody is sent any. */
  MAIL?: { send(mail: Mail): Promise<unknown> };
  /** Takes mail on one machine, as text to be put into files. */
  MAIL_DROP?: Pick<Fetcher, "fetch">;
  /** The portal's files (`[assets]` in wrangler.toml). */
  ASSETS?: Pick<Fetcher, "fetch">;
  /** Requests of one token, and of one address without a valid one; unset on one machine unless a variable asks for it. */
  PUBLISHER_RATE?: RateLimit;
  CONSUMER_RATE?: RateLimit;
  ANONYMOUS_RATE?: RateLimit;
  /** The deployment's root key (secret). */
  POSTHORN_KEY: string;
  /** Base64 of 32 bytes that encrypt endpoint secrets at rest (secret). */
  POSTHORN_MASTER_KEY: string;
  /** `"true"` lets endpoints use `http:`; production leaves it unset. */
  POSTHORN_ALLOW_HTTP_TARGETS?: string;
  /** `"true"` lets endpoints point at loopback and private addresses; for one machine and tests. */
  POSTHORN_ALLOW_PRIVATE_TARGETS?: string;
  /** Name of the dialect used where neither endpoint nor application chose one; `standard` when unset. */
  POSTHORN_DEFAULT_DIALECT?: string;
  /** What is generated for an endpoint that was given no secret: `hmac256` when unset, or `ed25519`. */
  POSTHORN_DEFAULT_SIGNATURE?: string;
  /** How many objects write the log, each for its share of the applications; `1` when unset, `0`: none, Workers write. */
  POSTHORN_LOG_WRITERS?: string;
  /** How many publish calls one isolate works on at once; `0` when unset: no limit. */
  POSTHORN_PUBLISHES_AT_ONCE?: string;
  /** `"true"` checks every payload against the JSON Schema of its event type, unless the application opts out. */
  POSTHORN_VALIDATE_PAYLOADS?: string;
  /** `"true"` shows the event catalogue at `/catalogue` to anybody; otherwise the API decides. */
  POSTHORN_PUBLISH_CATALOGUE?: string;
  /** The address that mail comes from; unset: none is sent. */
  POSTHORN_MAIL_FROM?: string;
  /** Where this deployment is found, for the calls that a mail names; unset: they have no host. */
  POSTHORN_PUBLIC_URL?: string;
  /** Ranges of addresses (CIDR, separated by commas) that requests to receivers come from; unset: they are not fixed. */
  POSTHORN_EGRESS_RANGES?: string;
  /** Who may show the portal in a frame, as Content-Security-Policy spells it; only this origin when unset. */
  POSTHORN_PORTAL_FRAME_ANCESTORS?: string;
};

export type Config = {
  defaultDialect: string;
  defaultSignature: "hmac256" | "ed25519";
  allowHttpTargets: boolean;
  allowPrivateTargets: boolean;
  logWriters: number;
  /** Publish calls that a log writer commits and answers together; 0: as many as fit. */
  publishesAtOnce: number;
  validatePayloads: boolean;
  publishCatalogue: boolean;
  /** Null: none is sent. */
  mailFrom: string | null;
  /** Without a slash at the end; empty: not known. */
  publicUrl: string;
  egressRanges: string[];
  frameAncestors: string;
};

/** What is wrong with the value of a setting; null: nothing. */
type Check = (text: string) => string | null;

const matches =
  (pattern: RegExp, reason: string): Check =>
  (text) =>
    pattern.test(text) ? null : reason;
const flag = matches(/^(true|false)$/, 'must be "true" or "false"');
const wholeNumber =
  (min: number, max: number): Check =>
  (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max
      ? null
      : `must be a whole number from ${min} to ${max}`;

function ranges(text: string): string | null {
  const list = parseCidrs(text);
  if (!list.ok) return `must be ranges separated by commas: ${list.reason}`;
  return list.ranges.length <= MAX_EGRESS_RANGES ? null : `must be at most ${MAX_EGRESS_RANGES} ranges`;
}

/** Also `https:`, `*`, and hosts that begin with `*.`; nothing that could end the directive. */
const FRAME_ANCESTORS =
  /^('none'|('self'|\*|https?:|(https?:\/\/)?(\*\.)?[A-Za-z0-9.-]{1,255}(:(\d{1,5}|\*))?)( (?!$)|$)){1,50}$/;

type Setting = Extract<keyof Env, `POSTHORN_${string}`>;

const CHECKS: Record<Setting, Check> = {
  POSTHORN_KEY: matches(/^\S{8,256}$/, "must be 8 to 256 characters without spaces"),
  POSTHORN_MASTER_KEY: matches(
    /^\s*[A-Za-z0-9+/]{43}=\s*$/,
    "must be base64 of 32 bytes; make one with: openssl rand -base64 32",
  ),
  POSTHORN_ALLOW_HTTP_TARGETS: flag,
  POSTHORN_ALLOW_PRIVATE_TARGETS: flag,
  POSTHORN_DEFAULT_DIALECT: matches(/^[a-zA-Z0-9\-_.]{1,64}$/, "must be a dialect's name"),
  POSTHORN_DEFAULT_SIGNATURE: matches(/^(hmac256|ed25519)$/, 'must be "hmac256" or "ed25519"'),
  POSTHORN_LOG_WRITERS: wholeNumber(0, 64),
  POSTHORN_PUBLISHES_AT_ONCE: wholeNumber(0, 1000),
  POSTHORN_VALIDATE_PAYLOADS: flag,
  POSTHORN_PUBLISH_CATALOGUE: flag,
  POSTHORN_MAIL_FROM: (text) => (isMailAddress(text) ? null : "must be a mail address"),
  POSTHORN_PUBLIC_URL: matches(
    /^https?:\/\/[A-Za-z0-9.[\]:-]{1,255}\/?$/,
    "must be a URL without a path, like https://posthorn.example.com",
  ),
  POSTHORN_EGRESS_RANGES: ranges,
  POSTHORN_PORTAL_FRAME_ANCESTORS: matches(
    FRAME_ANCESTORS,
    "must be 'none', or origins separated by spaces, like 'self' https://app.example.com",
  ),
};
/** Without these nothing works; the others may be unset or empty. */
const REQUIRED: readonly Setting[] = ["POSTHORN_KEY", "POSTHORN_MASTER_KEY"];

export type SettingProblem = { variable: string; reason: string };

/** What is wrong with the settings that are there; their values, which may be secrets, are not told. */
export function settingProblems(env: { [Name in Setting]?: string | undefined }): SettingProblem[] {
  return (Object.keys(CHECKS) as Setting[]).flatMap((variable) => {
    const text = env[variable];
    const reason = text ? CHECKS[variable](text) : null;
    return reason === null ? [] : [{ variable, reason }];
  });
}

/** The deployment's settings cannot work. The message names them and none of their values. */
export class MisconfiguredError extends Error {
  constructor(problems: readonly SettingProblem[]) {
    super(problems.map(({ variable, reason }) => `${variable} ${reason}`).join("; "));
    this.name = "MisconfiguredError";
  }
}

const parsed = new WeakMap<Env, Config>();

/** The settings, checked; throws {@link MisconfiguredError}. Once an environment: every request asks. */
export function parseConfig(env: Env): Config {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const missing = REQUIRED.filter((variable) => !env[variable]);
  const problems = [
    ...missing.map((variable) => ({ variable, reason: "must be set" })),
    ...settingProblems(env),
  ];
  if (problems.length > 0) throw new MisconfiguredError(problems);
  const config = configOf(env);
  parsed.set(env, config);
  return config;
}

function configOf(env: Env): Config {
  return {
    defaultDialect: env.POSTHORN_DEFAULT_DIALECT || "standard",
    defaultSignature: env.POSTHORN_DEFAULT_SIGNATURE === "ed25519" ? "ed25519" : "hmac256",
    allowHttpTargets: env.POSTHORN_ALLOW_HTTP_TARGETS === "true",
    allowPrivateTargets: env.POSTHORN_ALLOW_PRIVATE_TARGETS === "true",
    logWriters: Number(env.POSTHORN_LOG_WRITERS || 1),
    publishesAtOnce: Number(env.POSTHORN_PUBLISHES_AT_ONCE || 0),
    validatePayloads: env.POSTHORN_VALIDATE_PAYLOADS === "true",
    publishCatalogue: env.POSTHORN_PUBLISH_CATALOGUE === "true",
    mailFrom: env.POSTHORN_MAIL_FROM || null,
    publicUrl: (env.POSTHORN_PUBLIC_URL ?? "").replace(/\/$/, ""),
    egressRanges: egressRanges(env),
    frameAncestors: env.POSTHORN_PORTAL_FRAME_ANCESTORS || "'self'",
  };
}

function egressRanges(env: Env): string[] {
  const list = parseCidrs(env.POSTHORN_EGRESS_RANGES ?? "");
  return list.ok ? list.ranges : [];
}
