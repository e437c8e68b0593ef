/**
 * How many requests a token may make, counted by the platform's own limiters: a local call, no wait for the network
 * (reference cloudflare.md §3). A limiter that is missing or fails lets everything through.
 */
import { MAX_LIMITED_ADDRESSES, RATE_LIMIT_PERIOD_SECONDS } from "../core/limits/requests.ts";
import type { Principal } from "../core/principal.ts";
import { logError } from "../log.ts";
import type { HttpContext } from "./app-env.ts";
import { ApiError } from "./errors.ts";

/** Counts a request against its token: never against an address, which many tokens may share. */
export async function admitCaller(c: HttpContext, principal: Principal): Promise<void> {
  const { PUBLISHER_RATE, CONSUMER_RATE } = c.env;
  const limiter = principal.kind === "consumer" ? CONSUMER_RATE : PUBLISHER_RATE;
  const key = principal.kind === "root" ? "root" : principal.keyId;
  if (!(await isWithin(limiter, key))) throw rateLimited("This token makes too many requests");
}

/** Until when an address has used up what it may do without a valid token, as far as this isolate has seen. */
const usedUpUntilMs = new Map<string, number>();

/** Counts a request without a valid token against its address. */
export async function admitUnknown(c: HttpContext): Promise<void> {
  const address = limitedAddress(c);
  if (await isWithin(c.env.ANONYMOUS_RATE, address)) return;
  usedUpUntilMs.delete(address);
  const oldest = usedUpUntilMs.keys().next();
  if (usedUpUntilMs.size >= MAX_LIMITED_ADDRESSES && !oldest.done) usedUpUntilMs.delete(oldest.value);
  usedUpUntilMs.set(address, Date.now() + RATE_LIMIT_PERIOD_SECONDS * 1000);
  throw rateLimited("Too many requests without a valid token");
}

/** Counts a request to an inbox against its address: apart from the others, so that no flood there ends a caller's calls. */
export async function admitInbox(c: HttpContext): Promise<void> {
  if (await isWithin(c.env.ANONYMOUS_RATE, `inbox ${addressOf(c)}`)) return;
  throw rateLimited("Too many requests to inboxes");
}

/**
 * Before the database is asked who a token is: an address that guesses tokens must not keep it busy. Valid ones are
 * not counted, so that no number of them behind one address is too many.
 */
export function admitLookup(c: HttpContext): void {
  if (c.env.ANONYMOUS_RATE === undefined) return;
  const untilMs = usedUpUntilMs.get(limitedAddress(c)) ?? 0;
  if (Date.now() < untilMs) throw rateLimited("Too many requests without a valid token");
}

/** Cloudflare sets the header, and lets no client set it. */
export function addressOf(c: HttpContext): string | null {
  return c.req.header("cf-connecting-ip") ?? null;
}

function limitedAddress(c: HttpContext): string {
  return addressOf(c) ?? "unknown";
}

async function isWithin(limiter: RateLimit | undefined, key: string): Promise<boolean> {
  if (limiter === undefined) return true;
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    logError("http.rate_limiter_failed", error);
    return true;
  }
}

function rateLimited(what: string): ApiError {
  return new ApiError("rate_limited", `${what}; try again in ${RATE_LIMIT_PERIOD_SECONDS} seconds`);
}
