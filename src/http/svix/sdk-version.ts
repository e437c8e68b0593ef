/** Which of Svix's official SDKs calls: what one of them needs in an answer, another cannot read. */

export type SdkVersion = { major: number; minor: number };

/** Null: it is none of them, as far as it says. */
export function sdkVersion(userAgent: string | undefined): SdkVersion | null {
  const [, major, minor] = /^svix-libs\/(\d{1,6})\.(\d{1,6})\./.exec(userAgent ?? "") ?? [];
  return major === undefined || minor === undefined ? null : { major: Number(major), minor: Number(minor) };
}

/** From 2.7 on they read the new secret from the answer to a rotation, which by Svix's document has none (§1.2). */
export function readsRotatedSecret(sdk: SdkVersion | null): boolean {
  return sdk !== null && (sdk.major > 2 || (sdk.major === 2 && sdk.minor >= 7));
}
