/**
 * Whether what an inbox keeps was signed by an endpoint that points there. It is checked when somebody looks: what comes is
 * answered without it. So secrets of now decide, those that were rotated away while they sign, at the time of arrival.
 */
import { type Dialect, signatureHeaderNames } from "../../core/dialect.ts";
import type { EndpointSecret } from "../../core/endpoint.ts";
import { inboxUrl, type KeptRequest, parseInboxUrl } from "../../core/inbox.ts";
import { type KeptSignature, type SignatureFinding, signatureOf } from "../../core/inbox-signature.ts";
import { MAX_INBOX_SIGNERS } from "../../core/limits/inbox.ts";
import { effectiveDialectName } from "../../core/policy.ts";
import { listSigners, type SignerRecord } from "../../store/inbox-signers.ts";
import type { InboxRecord } from "../../store/inboxes.ts";
import {
  activeSecrets,
  BUILT_IN_DIALECTS,
  SIGNATURE_TOLERANCE_SECONDS,
  type Verdict,
  verifySignature,
} from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import { openSecrets, UnreadableSecretError } from "./sealed-fields.ts";

type Signer = {
  endpointId: string;
  changedAtMs: number;
  keys: { dialect: Dialect; secrets: EndpointSecret[] } | null;
};

export type SignedRequest = { request: KeptRequest; signature: KeptSignature };

/** Each with what can be said of its signature. */
export async function checkSignatures(
  ctx: ServiceContext,
  inbox: InboxRecord,
  requests: readonly KeptRequest[],
): Promise<SignedRequest[]> {
  if (requests.length === 0) return [];
  const { signers, hasMore } = await signersOf(ctx, inbox);
  return Promise.all(
    requests.map(async (request) => {
      const body = UTF8.encode(request.body);
      const checked = await Promise.all(
        signers.map(async (signer) => ({ ...signer, findings: await findingsOf(signer, request, body) })),
      );
      const isBodyWhole = !request.isCut && body.byteLength === request.bodyBytes;
      const signature = signatureOf({ receivedAtMs: request.atMs, signers: checked, hasMore, isBodyWhole });
      return { request, signature };
    }),
  );
}

const UTF8 = new TextEncoder();

async function signersOf(
  ctx: ServiceContext,
  inbox: InboxRecord,
): Promise<{ signers: Signer[]; hasMore: boolean }> {
  const found = await listSigners(ctx.env.DB, {
    appKey: inbox.appKey,
    text: inboxUrl({ origin: "", token: inbox.token }),
    deploymentDialect: ctx.config.defaultDialect,
    count: MAX_INBOX_SIGNERS + 1,
  });
  const here = found.filter(({ url }) => isAt(url, inbox));
  const signers = await Promise.all(here.slice(0, MAX_INBOX_SIGNERS).map((record) => toSigner(ctx, record)));
  return { signers, hasMore: found.length > MAX_INBOX_SIGNERS };
}

function isAt(url: string, { origin, token }: InboxRecord): boolean {
  const named = parseInboxUrl(url);
  return named !== null && named.origin === origin && named.token === token;
}

async function toSigner(ctx: ServiceContext, record: SignerRecord): Promise<Signer> {
  const { endpointId, changedAtMs, policy, applicationPolicy, definition } = record;
  const name = effectiveDialectName(policy, applicationPolicy, ctx.config.defaultDialect);
  const dialect = BUILT_IN_DIALECTS.get(name) ?? definition;
  if (dialect === null) return { endpointId, changedAtMs, keys: null };
  try {
    return { endpointId, changedAtMs, keys: { dialect, secrets: await openSecrets(ctx, record) } };
  } catch (error) {
    // Told to who looks, every time: no line in the log as well.
    if (!(error instanceof UnreadableSecretError)) throw error;
    return { endpointId, changedAtMs, keys: null };
  }
}

async function findingsOf(
  { keys }: Signer,
  request: KeptRequest,
  body: Uint8Array,
): Promise<SignatureFinding[]> {
  if (keys === null) return [{ kind: "unreadable" }];
  const secrets = activeSecrets(keys.secrets, request.atMs);
  if (secrets.length === 0) return [{ kind: "no_secret" }];
  return Promise.all(
    secrets.map(async ({ value: secret, expiresAtMs }) => {
      const verdict = await verifySignature(keys.dialect.signature, {
        headers: request.headers,
        body,
        secret,
        // Old when somebody looks is not old when it came.
        nowMs: request.atMs,
        toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
      });
      return verdict.kind === "missing_header"
        ? { ...verdict, like: dialectLike(request.headers) }
        : toFinding(verdict, expiresAtMs);
    }),
  );
}

/** The built-in dialect all of whose signature's headers are there. */
function dialectLike(headers: Readonly<Record<string, string>>): string | null {
  for (const { name, signature } of BUILT_IN_DIALECTS.values()) {
    const names = signatureHeaderNames(signature).map((header) => header.toLowerCase());
    if (names.every((header) => headers[header] !== undefined)) return name;
  }
  return null;
}

/** Without the signature that the secret makes: who may read an inbox need not be able to sign. */
function toFinding(
  verdict: Exclude<Verdict, { kind: "missing_header" }>,
  expiresAtMs: number | null,
): SignatureFinding {
  switch (verdict.kind) {
    case "valid":
      return { kind: "valid", oldUntilMs: expiresAtMs };
    case "mismatch":
    case "bad_timestamp":
      return { kind: verdict.kind };
    default:
      return verdict;
  }
}
