import type { Dialect } from "../core/dialect.ts";
import { CLAWBOOK } from "./dialects/clawbook.ts";
import { CLAWGET } from "./dialects/clawget.ts";
import { CLAWLABOR } from "./dialects/clawlabor.ts";
import { STANDARD } from "./dialects/standard.ts";
import { SVIX } from "./dialects/svix.ts";
import { SWIFTCLAW } from "./dialects/swiftclaw.ts";

/** The dialects every deployment knows, by name (design §4). A new vendor: its file, its vectors, one line here. */
export const BUILT_IN_DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [STANDARD, SVIX, CLAWLABOR, CLAWBOOK, CLAWGET, SWIFTCLAW].map((dialect) => [dialect.name, dialect]),
);

export { type RenderInput, renderBody } from "./body.ts";
export { generateKeyPair, isKeyPair } from "./key-pairs.ts";
export { buildRequest, type RequestInput, USER_AGENT, type WireRequest } from "./request.ts";
export { importMasterKey, type MasterKey, seal, unseal } from "./seal.ts";
export {
  activeSecrets,
  checkSecret,
  ED25519_PREFIX,
  generateSecret,
  HMAC_PREFIX,
  publicKeyOf,
  type RotateInput,
  type RotateResult,
  rotateSecrets,
  type SecretCheck,
} from "./secrets.ts";
export { type SignInput, signatureHeaders } from "./signature.ts";
export { SIGNATURE_TOLERANCE_SECONDS, type Verdict, type VerifyInput, verifySignature } from "./verify.ts";
