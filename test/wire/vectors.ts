/** The published vectors, as typed values, and the builders the wire tests share. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Dialect } from "../../src/core/dialect.ts";
import type { EndpointSecret } from "../../src/core/endpoint.ts";
import type { LoggedEvent } from "../../src/core/event.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";

export type DialectVector = {
  name: string;
  event: Pick<LoggedEvent, "position" | "createdAtMs" | "eventType" | "payload">;
  secret: string | null;
  nowMs: number;
  body: string;
  headers: Record<string, string>;
};

/** A sample receiver as its vendor's page prints it. */
export type SampleReceiver = {
  name: string;
  language: "node" | "python";
  source: string;
  /** What it verifies: the bytes as they came, or the parsed body serialised again. */
  reads: "raw body" | "parsed body";
  code: string[];
};

export type DialectVectors = {
  dialect: string;
  source: string;
  appKey: number;
  vectors: DialectVector[];
  receivers: SampleReceiver[];
};

export type SignatureVectors = {
  source: string;
  vectors: {
    name: string;
    secret: string;
    publicKey: string | null;
    id: string;
    timestamp: number;
    body: string;
    signature: string;
  }[];
};

function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, "../vectors", `${name}.json`), "utf8"));
}

export function dialectVectors(name: string): DialectVectors {
  return readVectors(name) as DialectVectors;
}

export function signatureVectors(): SignatureVectors {
  return readVectors("standard-webhooks-signatures") as SignatureVectors;
}

export function dialectNamed(name: string): Dialect {
  const dialect = BUILT_IN_DIALECTS.get(name);
  if (dialect === undefined) throw new Error(`no built-in dialect ${name}`);
  return dialect;
}

export function anEvent(overrides: Partial<LoggedEvent> = {}): LoggedEvent {
  return {
    position: 7,
    createdAtMs: 1_769_783_400_987,
    eventType: "test.happened",
    eventId: null,
    channels: null,
    tags: null,
    deliverAtMs: null,
    payload: '{"ok":true}',
    ...overrides,
  };
}

export function current(value: string): EndpointSecret {
  return { value, expiresAtMs: null };
}

/** Published payloads that tempt a serialiser to change bytes. */
export const AWKWARD_PAYLOADS: Record<string, string> = {
  "Latin, Greek, Chinese and Arabic": '{"text":"Grüße, Ελλάδα, 你好, مرحبا"}',
  "emoji beyond the basic plane": '{"text":"👩‍👩‍👧‍👦🦀"}',
  "line and paragraph separators": '{"text":"a\u2028b\u2029c"}',
  "escapes no serialiser would choose": '{"text":"\\/\\u00e9\\u2028\\u0041"}',
  "control characters": '{"text":"\\u0000\\u001f\\b\\f\\n\\r\\t\\u007f"}',
  "lone surrogates": '{"text":"\\ud800 and \\udfff"}',
  "nested objects and arrays": '{"a":{"b":[{"c":[[],{},[null,true,false]]}]}}',
  "a trailing zero": '{"amount": 475.50}',
  "minus zero": '{"n":-0,"m":-0.0}',
  "numbers out of range": '{"big":1e400,"small":1e-400,"minus":-1e400}',
  "exponents and long integers": '{"a":1E3,"b":1e21,"c":12345678901234567890,"d":0.1e-7}',
  "integer-like keys out of order": '{"b":1,"10":2,"2":3,"-1":4,"01":5}',
  "a key named __proto__": '{"__proto__":{"polluted":true},"constructor":1,"toJSON":"no"}',
  "duplicate keys": '{"a":1,"b":2,"a":3}',
  "white space": ' {\r\n\t"a" : [ 1 , 2 ]\n} ',
  "a bare string": '"hello"',
  "a bare null": "null",
  "an empty object": "{}",
  "half a megabyte": JSON.stringify({ text: "é🦀x".repeat(70_000), list: Array(5000).fill(1.5) }),
};
