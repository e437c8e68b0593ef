/** Bounds of the Model Context Protocol: its clients give a tool a minute. */

export const MAX_MCP_WAIT_SECONDS = 50;
export const DEFAULT_MCP_WAIT_SECONDS = 25;
export const MAX_MCP_EVENTS = 50;
export const MAX_MCP_EVENT_TYPES = 100;
export const DEFAULT_MCP_EVENTS = 10;
/** Of payloads in one answer: what reads it pays for every character. */
export const MAX_MCP_PAYLOAD_CHARS = 50_000;
export const MAX_MCP_ENDPOINTS = 50;
export const MAX_MCP_ATTEMPTS = 50;
export const MAX_MCP_RESPONSE_CHARS = 1000;
