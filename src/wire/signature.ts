import type { SignatureFormat } from "../core/dialect.ts";
import type { EndpointSecret } from "../core/endpoint.ts";
import { encodeBase64, encodeHex, utf8 } from "./encoding.ts";
import { activeSecrets } from "./secrets.ts";
import { plainSigningKey, sign, standardSigningKey } from "./signing-keys.ts";

export type SignInput = {
  /** The public id of the event, as the receiver sees it. */
  id: string;
  body: string;
  secrets: readonly EndpointSecret[];
  nowMs: number;
};

/**
 * The headers that sign a body. Without an unexpired secret there is no signature header, whether or not the dialect
 * says that a secret is optional: an endpoint that moved from an unsigned dialect is refused by a receiver that verifies,
 * in plain sight of its attempt log, rather than never tried.
 */
export function signatureHeaders(format: SignatureFormat, input: SignInput): Promise<Record<string, string>> {
  return format.scheme === "standard"
    ? standardHeaders(format.headerPrefix, input)
    : bodyHmacHeaders(format, input);
}

/** Standard Webhooks: every unexpired secret signs, so that receivers verify with the old one while it is replaced. */
async function standardHeaders(prefix: string, { id, body, secrets, nowMs }: SignInput) {
  const timestamp = String(Math.floor(nowMs / 1000));
  const headers: Record<string, string> = { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: timestamp };
  const message = utf8(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(
    activeSecrets(secrets, nowMs).map(async ({ value }) => {
      const key = await standardSigningKey(value);
      return `${key.version},${encodeBase64(await sign(key, message))}`;
    }),
  );
  if (signatures.length > 0) headers[`${prefix}-signature`] = signatures.join(" ");
  return headers;
}

/** The vendors' receivers compare the whole header with one signature, so only the current secret signs. */
async function bodyHmacHeaders(
  { header, valuePrefix, encoding }: Extract<SignatureFormat, { scheme: "body-hmac" }>,
  { body, secrets, nowMs }: SignInput,
): Promise<Record<string, string>> {
  const [current] = activeSecrets(secrets, nowMs);
  if (current === undefined) return {};
  const digest = await sign(await plainSigningKey(current.value), utf8(body));
  return { [header]: valuePrefix + (encoding === "hex" ? encodeHex(digest) : encodeBase64(digest)) };
}
