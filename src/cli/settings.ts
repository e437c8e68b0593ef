/** Which deployment, with which key: from options, the environment and the config file. */
import { isObject, parseObject } from "../core/json-object.ts";
import { CliFailure, EXIT, usageFailure } from "./failure.ts";

export const DEFAULT_URL = "http://127.0.0.1:8787";
export const DEFAULT_PROFILE = "default";

export type Profile = { url: string; key: string };
export type Config = { current: string; profiles: Record<string, Profile> };
export const EMPTY_CONFIG: Config = { current: DEFAULT_PROFILE, profiles: {} };

export type Settings = {
  /** Without a slash at its end. */
  url: string;
  key: string | null;
  /** For people: where the key came from. */
  keyFrom: string;
};

type Sources = {
  options: { server?: string | undefined; profile?: string | undefined };
  env: Readonly<Record<string, string | undefined>>;
  config: Config;
};

/**
 * An option wins over the environment, and that over the config file. A stored key is only ever sent to the address it
 * was stored with.
 */
export function resolveSettings({ options, env, config }: Sources): Settings {
  const envKey = options.profile === undefined ? nonEmpty(env.POSTHORN_KEY) : null;
  const name = options.profile ?? nonEmpty(env.POSTHORN_PROFILE) ?? config.current;
  const profile = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  const asked = options.profile ?? nonEmpty(env.POSTHORN_PROFILE);
  if (profile === undefined && asked !== null) {
    throw usageFailure(`There is no profile ${asked}`, `Make it with \`posthorn login --profile ${asked}\``);
  }
  const envUrl = options.profile === undefined ? nonEmpty(env.POSTHORN_URL) : null;
  const url = cleanUrl(options.server ?? envUrl ?? profile?.url ?? DEFAULT_URL);
  if (envKey !== null) return { url, key: envKey, keyFrom: "from POSTHORN_KEY" };
  const stored = [[name, profile] as const, ...Object.entries(config.profiles)].find(
    ([, one]) => one !== undefined && sameUrl(one.url, url),
  );
  const key = stored?.[1]?.key ?? null;
  return { url, key, keyFrom: key === null ? "none is set" : `of profile ${stored?.[0]}` };
}

/** Keys are plain ASCII without spaces. A header takes nothing else, and what complains of it would show the key. */
export function checkKey({ key, keyFrom }: Pick<Settings, "key" | "keyFrom">): void {
  if (key === null || /^[\x21-\x7e]+$/.test(key)) return;
  const what = key.includes("…")
    ? "is cut short: it has a … in it"
    : "has a space, a line break or a special character in it, as no key has";
  throw new CliFailure(`The key (${keyFrom}) ${what}`, {
    exitCode: EXIT.notAuthorised,
    code: "bad_key",
    hint: "Copy the whole key and nothing else; `npm start` prints that of a local deployment",
  });
}

/** The address as it is stored and shown. */
export function cleanUrl(text: string): string {
  const hint = "It looks like https://posthorn.example.com";
  if (!URL.canParse(text)) throw usageFailure(`"${text}" is not an address`, hint);
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw usageFailure(`"${text}" is not an address`, hint);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw usageFailure(`"${text}" has more in it than an address`, hint);
  }
  return url.origin + url.pathname.replace(/\/+$/, "").replace(/\/api\/v1$/, "");
}

function sameUrl(stored: string, url: string): boolean {
  return URL.canParse(stored) && cleanUrl(stored) === url;
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text.trim() === "" ? null : text.trim();
}

/** The config file's text; null when it is none of ours. */
export function parseConfig(text: string): Config | null {
  const value = parseObject(text);
  if (!isObject(value?.profiles)) return null;
  const profiles: Record<string, Profile> = {};
  for (const [name, profile] of Object.entries(value.profiles)) {
    if (!isObject(profile) || typeof profile.url !== "string" || typeof profile.key !== "string") return null;
    profiles[name] = { url: profile.url, key: profile.key };
  }
  return { current: typeof value.current === "string" ? value.current : DEFAULT_PROFILE, profiles };
}

export function withProfile(config: Config, name: string, profile: Profile): Config {
  return { current: name, profiles: { ...config.profiles, [name]: profile } };
}

export function withoutProfile(config: Config, name: string): Config {
  const { [name]: _gone, ...profiles } = config.profiles;
  const [first = DEFAULT_PROFILE] = Object.keys(profiles);
  return { current: config.current === name ? first : config.current, profiles };
}
