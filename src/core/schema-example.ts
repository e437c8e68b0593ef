/** An example of what a JSON Schema describes: the author's own where there is one, else made from the schema's parts. */
import { isObject } from "./json-object.ts";
import { MAX_EXAMPLE_DEPTH, MAX_EXAMPLE_NODES, MAX_REF_HOPS } from "./limits/catalogue.ts";

/** `undefined` when there is none: the schema allows nothing, or has no example of this index. */
export function exampleOf(schema: unknown, index = 0): unknown {
  const examples = isObject(schema) ? schema["examples"] : undefined;
  if (Array.isArray(examples) && examples.length > 0) return examples[index];
  return makeExample(schema, { root: schema, depth: 0, nodes: { left: MAX_EXAMPLE_NODES } });
}

type Scope = { root: unknown; depth: number; nodes: { left: number } };

const GIVEN = ["example", "const", "default"];
const TEXTS: Record<string, string> = {
  "date-time": "2026-01-30T14:30:00Z",
  date: "2026-01-30",
  time: "14:30:00Z",
  email: "someone@example.com",
  uri: "https://example.com/",
  url: "https://example.com/",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uuid: "6f1cbb3e-3f0c-4c5b-9a1e-0d8f1f0a7c11",
};

function makeExample(given: unknown, scope: Scope): unknown {
  if (scope.nodes.left-- <= 0 || scope.depth > MAX_EXAMPLE_DEPTH || given === false) return undefined;
  const schema = follow(given, scope.root);
  if (!isObject(schema)) return {};
  const own = givenExample(schema);
  if (own !== undefined) return own;
  const inner = { ...scope, depth: scope.depth + 1 };
  const parts = listAt(schema, "allOf").map((part) => makeExample(part, inner));
  const choice = listAt(schema, "oneOf")[0] ?? listAt(schema, "anyOf")[0];
  if (choice !== undefined) parts.push(makeExample(choice, inner));
  const objects = parts.filter(isObject);
  const isPlain = schema["type"] === undefined && schema["properties"] === undefined;
  if (isPlain && parts.length > 0 && objects.length < parts.length) return parts[0];
  const made = byType(schema, inner);
  return isObject(made) ? Object.assign({}, ...objects, made) : made;
}

function givenExample(schema: Record<string, unknown>): unknown {
  const key = GIVEN.find((name) => schema[name] !== undefined);
  return key === undefined ? (listAt(schema, "examples")[0] ?? listAt(schema, "enum")[0]) : schema[key];
}

function byType(schema: Record<string, unknown>, scope: Scope): unknown {
  const type = Array.isArray(schema["type"])
    ? schema["type"].find((name) => name !== "null")
    : schema["type"];
  switch (type) {
    case "string":
      return textFor(schema);
    case "number":
    case "integer":
      return numberFor(schema);
    case "boolean":
      return true;
    case "array":
      return itemsFor(schema, scope);
    case "null":
      return null;
    default:
      return propertiesFor(schema, scope);
  }
}

function textFor({ format, minLength }: Record<string, unknown>): string {
  const text = TEXTS[String(format)] ?? "text";
  return typeof minLength === "number" ? text.padEnd(Math.min(minLength, MAX_EXAMPLE_NODES), "x") : text;
}

function numberFor({ minimum, exclusiveMinimum, maximum, multipleOf }: Record<string, unknown>): number {
  const least = typeof minimum === "number" ? minimum : null;
  const above = typeof exclusiveMinimum === "number" ? exclusiveMinimum + 1 : null;
  const most = typeof maximum === "number" ? maximum : 1;
  const number = least ?? above ?? Math.min(1, most);
  return typeof multipleOf === "number" && multipleOf > 0
    ? Math.ceil(number / multipleOf) * multipleOf
    : number;
}

function itemsFor({ prefixItems, items, minItems }: Record<string, unknown>, scope: Scope): unknown[] {
  if (Array.isArray(prefixItems)) return prefixItems.map((item) => makeExample(item, scope));
  const count = Math.max(1, typeof minItems === "number" ? Math.min(minItems, scope.nodes.left) : 1);
  const made = Array.from({ length: count }, () => makeExample(items ?? {}, scope));
  return made.filter((item) => item !== undefined);
}

function propertiesFor({ properties }: Record<string, unknown>, scope: Scope): Record<string, unknown> {
  if (!isObject(properties)) return {};
  const made = Object.entries(properties).map(([name, part]) => [name, makeExample(part, scope)] as const);
  return Object.fromEntries(made.filter(([, value]) => value !== undefined));
}

function listAt(schema: Record<string, unknown>, key: string): unknown[] {
  const list = schema[key];
  return Array.isArray(list) ? list : [];
}

/** What a chain of references within the document leads to. */
function follow(schema: unknown, root: unknown): unknown {
  let at = schema;
  for (let hops = 0; hops < MAX_REF_HOPS; hops++) {
    const ref = isObject(at) ? at["$ref"] : undefined;
    if (typeof ref !== "string") return at;
    at = ref.startsWith("#/") ? placeAt(root, ref.slice(2)) : ref === "#" ? root : {};
  }
  return {};
}

function placeAt(root: unknown, path: string): unknown {
  let at = root;
  for (const step of path.split("/")) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    at = Array.isArray(at) ? at[Number(key)] : isObject(at) ? at[key] : undefined;
  }
  return at;
}
