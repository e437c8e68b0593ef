/** JSON made wrong: wrong types, absurd sizes, odd text, keys that objects treat in a way of their own. */
import fc from "fast-check";

const DEEP = 20_000;
const LONG = 70_000;

/** Texts that have hurt somebody somewhere. */
export const ODD_TEXTS = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "a\r\nX-Injected: 1",
  "\ud800",
  "\udc00\ud800",
  "\u2028\u202e\ufeff",
  "💥".repeat(200),
  "ÿþ",
  "__proto__",
  "constructor",
  "toString",
  ".",
  "..",
  "../..",
  "a/b",
  "a%2Fb",
  "%00",
  "'; DROP TABLE applications; --",
  '"]}',
  "$.dialect",
  "app_",
  "ep_000000000000000000000000000",
  "msg_000000000000000000000000000",
  "atmpt_000000000000000000000000000",
  "app_zzzzzzzzzzzzzzzzzzzzzzzzzzz",
  "ep_zzzzzzzzzzzzzzzzzzzzzzzzzzz",
  "msg_zzzzzzzzzzzzzzzzzzzzzzzzzzz",
  "whsec_",
  "whsk_AAAA",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999999Z",
  "9999-12-31T23:59:59-23:59",
  "0000-01-01T00:00:00+23:59",
  "2026-02-30T00:00:00Z",
  "2026-01-30T24:00:00Z",
  "2026-01-30T23:59:60Z",
  "1e999",
  "-1",
  "NaN",
  "true",
  "null",
  "http://[::1",
  "http://127.0.0.1:99999/",
  "http://a:b@127.0.0.1/",
  "javascript:alert(1)",
  "x".repeat(257),
  "x".repeat(5000),
  "x".repeat(LONG),
];

/** JSON that no value in memory is written as; the text stands for it until the document is written. */
const RAW = [
  "1e400",
  "-1e400",
  "-0",
  "1e-400",
  "123456789012345678901234567890",
  "0.1e1",
  `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`,
  `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`,
  '{"__proto__":{"a":1}}',
  '{"a":1,"a":2}',
  '{"constructor":{"prototype":{"a":1}}}',
];
const rawMark = (index: number) => `@@raw:${index}@@`;

const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], [null], {
    a: 1,
  }),
  fc.constantFrom(...ODD_TEXTS),
  fc.nat(RAW.length - 1).map(rawMark),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(Array.from({ length: 2000 }, (_, index) => `item${index}`)),
  fc.constant(Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key${index}`, "v"]))),
);

const oddKeys = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "", "length", "0", "-", "x".repeat(5000), "\u0000", "\ud800"),
  fc.string({ maxLength: 10 }),
);

type Mutation =
  | { kind: "replace"; at: number; value: unknown }
  | { kind: "remove"; at: number }
  | { kind: "add"; at: number; key: string; value: unknown };

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("replace" as const), at: fc.nat(1000), value: oddValues }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: fc.nat(1000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      at: fc.nat(1000),
      key: oddKeys,
      value: oddValues,
    }),
  },
);

type Place = { parent: Record<string, unknown> | unknown[]; key: string };

function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesOf(parent[key])]);
}

/** As an own property, whatever its name; a list only takes items. */
function set(target: object, key: string, value: unknown): void {
  if (Array.isArray(target) && !/^\d{1,4}$/.test(key)) target.push(value);
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function mutated(document: unknown, mutation: Mutation): unknown {
  const root = { root: structuredClone(document) };
  const places = placesOf(root);
  const place = places[mutation.at % places.length];
  if (place === undefined) return document;
  const { parent, key } = place;
  if (mutation.kind === "replace") set(parent, key, mutation.value);
  else if (mutation.kind === "remove") delete (parent as Record<string, unknown>)[key];
  else {
    const target = (parent as Record<string, unknown>)[key];
    set(typeof target === "object" && target !== null ? target : parent, mutation.key, mutation.value);
  }
  return root.root;
}

/** What becomes of the text at last: mostly nothing. */
const textEdits = fc.oneof(
  { weight: 12, arbitrary: fc.constant((text: string) => text) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<(text: string) => string>(
      (text) => text.slice(0, -1),
      (text) => `${text}}`,
      (text) => `\ufeff${text}`,
      (text) => ` \n\t${text}`,
      () => "",
      () => "{",
      () => "\u0000",
      (text) => text.replace(/^\{("[^"]*":)/, "{$1null,$1"),
      (text) => text.replace(/\}$/, ',"payload":7}'),
    ),
  },
);

/** Makes the text of a request body from a valid one: some differ from it much, some not at all. */
export const badJson: fc.Arbitrary<(valid: unknown) => string> = fc
  .tuple(fc.array(mutations, { maxLength: 3 }), textEdits)
  .map(([changes, edit]) => (valid) => {
    const text = JSON.stringify(changes.reduce(mutated, valid)) ?? "";
    return edit(text.replace(/"@@raw:(\d+)@@"/g, (_, index) => RAW[Number(index)] ?? "null"));
  });
