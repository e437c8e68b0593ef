/** Bounds of event types and their schemas. */
import { SECOND_MS } from "../units.ts";

export const MAX_EVENT_TYPE_CHARS = 256;
/** JSON text of the schemas of one event type: below what a row of D1 may hold. */
export const MAX_SCHEMAS_CHARS = 500_000;
/** Webhooks of one imported document. */
export const MAX_IMPORTED_EVENT_TYPES = 2000;
/** Names that an import answers with of those it archives, however many they are. */
export const MAX_ARCHIVED_NAMES = 2000;
/** Places of an imported schema up to which references are written out; then they are kept as references. */
export const MAX_INLINED_NODES = 5000;
export const MAX_REF_HOPS = 20;
/** Of an example made from a schema. */
export const MAX_EXAMPLE_DEPTH = 10;
export const MAX_EXAMPLE_NODES = 2000;
/** Event types of one exported document, and of the public page. */
export const MAX_CATALOGUE_EVENT_TYPES = 2000;
/** How long an isolate shows the public catalogue before it looks again. */
export const CATALOGUE_CACHE_MS = 10 * SECOND_MS;
