/** Bounds of what is configured: applications, endpoints, dialects, and what is kept for portals. */
import { KIB } from "../units.ts";

export const MAX_NAME_CHARS = 256;
export const MAX_UID_CHARS = 256;
export const MAX_METADATA_BYTES = 4096;
export const MAX_DESCRIPTION_CHARS = 4096;

// Endpoints
export const MAX_ENDPOINTS_PER_APP = 1000;
export const MAX_URL_CHARS = 65_536;
export const MAX_ENDPOINT_EVENT_TYPES = 1000;
export const MAX_ENDPOINT_HEADERS = 50;
export const MAX_HEADER_NAME_CHARS = 256;
export const MAX_HEADER_VALUE_CHARS = 4096;
export const MAX_RATE_PER_SECOND = 65_535;
/** Old subscription filters kept until the endpoint's position has passed them. */
export const MAX_SUBSCRIPTION_SPANS = 32;

// Custom dialects
export const MAX_CUSTOM_DIALECTS = 250;
export const MAX_DIALECT_FIELDS = 20;
export const MAX_DIALECT_HEADERS = 20;
export const MAX_DIALECT_STATUS_RANGES = 50;
/** Objects told at once of a changed dialect; the others learn it from the version on their next event. */
export const MAX_NOTIFIED_ENDPOINTS = 5000;

// Kept for portals and programs
export const MAX_INTEGRATIONS_PER_APP = 100;
export const MAX_FEATURE_FLAGS = 25;
export const MAX_CONNECTORS = 1000;
export const MAX_CONNECTOR_TEXT_CHARS = 16 * KIB;
export const MAX_LOGO_URL_CHARS = 2048;
export const MIN_TRANSFORMATION_CHARS = 10;
export const MAX_TRANSFORMATION_CHARS = 51_200;
export const MAX_SETTINGS_BYTES = 64 * KIB;
export const MAX_IMPORTED_CONNECTORS = 100;
/** Of event types and of connectors, in one exported document. */
export const MAX_EXPORTED_ROWS = 5000;
