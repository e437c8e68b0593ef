/** The secret an endpoint gets: the one that was given, or a generated one of the kind that was asked for. */
import type { Dialect } from "../../core/dialect.ts";
import {
  checkSecret,
  ED25519_PREFIX,
  generateKeyPair,
  generateSecret,
  HMAC_PREFIX,
  isKeyPair,
  publicKeyOf,
} from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";

type SecretKind = "hmac256" | "ed25519";

export type NewSecret = { ok: true; value: string } | { ok: false; reason: string };

/**
 * Null generates one: of the kind of `current`, which it replaces, or else the deployment's default. A bare prefix,
 * `whsk_` or `whsec_`, asks for one of that kind; key pairs are for the standard scheme alone.
 */
export async function newSecret(
  ctx: ServiceContext,
  dialect: Dialect,
  { given, current = null }: { given: string | null; current?: string | null },
): Promise<NewSecret> {
  if (given === null) return { ok: true, value: await generatedSecret(ctx, dialect, kindOf(current)) };
  const isStandard = dialect.signature.scheme === "standard";
  const asked = isStandard ? ASKED_KINDS.get(given) : undefined;
  if (asked !== undefined) return { ok: true, value: await generatedSecret(ctx, dialect, asked) };
  const check = checkSecret(dialect, given);
  if (!check.ok || !isStandard || publicKeyOf(check.value) === null) return check;
  if (await isKeyPair(check.value)) return check;
  return { ok: false, reason: "the second half of a whsk_ secret must be the public key of the first" };
}

const ASKED_KINDS: ReadonlyMap<string, SecretKind> = new Map([
  [HMAC_PREFIX, "hmac256"],
  [ED25519_PREFIX, "ed25519"],
]);

function kindOf(secret: string | null): SecretKind | null {
  if (secret === null) return null;
  return publicKeyOf(secret) === null ? "hmac256" : "ed25519";
}

/** A fresh secret, of the deployment's default kind unless told otherwise. */
export async function generatedSecret(
  { config, random }: ServiceContext,
  dialect: Dialect,
  kind: SecretKind | null = null,
): Promise<string> {
  const isPair = dialect.signature.scheme === "standard" && (kind ?? config.defaultSignature) === "ed25519";
  return isPair ? generateKeyPair(random) : generateSecret(random);
}
