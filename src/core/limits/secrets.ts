/** Bounds of what deliveries are signed with. */

export const MAX_PLAIN_SECRET_BYTES = 256;
/** Longer than any dialect takes, so that the text is bounded before it is judged. */
export const MAX_SECRET_CHARS = 1024;
export const MAX_OLD_SECRETS = 10;
export const DEFAULT_SECRET_GRACE_SECONDS = 86_400;
export const MAX_SECRET_GRACE_SECONDS = 604_800;
export const GENERATED_SECRET_BYTES = 24;
/** Svix's bounds of a symmetric key (reference svix.md §2.8). */
export const MIN_SECRET_KEY_BYTES = 24;
export const MAX_SECRET_KEY_BYTES = 75;
/** Imported signing keys kept by an isolate. */
export const MAX_CACHED_SIGNING_KEYS = 256;
