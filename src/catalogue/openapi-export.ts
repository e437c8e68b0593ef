/** The catalogue as an OpenAPI 3.1 document of webhooks. */
import { isObject } from "../core/json-object.ts";
import { newestSchema } from "../core/json-schema.ts";

export type ExportedEventType = {
  name: string;
  description: string;
  deprecated: boolean;
  schemas: Record<string, unknown> | null;
  groupName: string | null;
  featureFlags: string[] | null;
};

export type OpenApiDocument = {
  openapi: string;
  info: { title: string; version: string };
  webhooks: Record<string, unknown>;
  components: { schemas: Record<string, unknown> };
};

/** Each event type with its newest schema. Importing the document again changes nothing. */
export function openApiOf(title: string, eventTypes: readonly ExportedEventType[]): OpenApiDocument {
  const components: Record<string, unknown> = {};
  const webhooks = eventTypes.map((eventType): [string, unknown] => {
    const schema = newestSchema(eventType.schemas);
    if (!refersToItself(schema)) return [eventType.name, webhookOf(eventType, schema)];
    // Within a document `#/…` is the document's: the schema gets a place of its own there.
    const place = `#/components/schemas/${eventType.name}`;
    components[eventType.name] = moved(schema, place);
    return [eventType.name, webhookOf(eventType, { $ref: place })];
  });
  return {
    openapi: "3.1.0",
    info: { title, version: "1" },
    webhooks: Object.fromEntries(webhooks),
    components: { schemas: components },
  };
}

function webhookOf(
  { name, description, deprecated, groupName, featureFlags }: ExportedEventType,
  schema: unknown,
) {
  return {
    post: {
      operationId: name,
      description,
      ...(deprecated ? { deprecated } : {}),
      ...(groupName === null ? {} : { tags: [groupName], "x-svix-group-name": groupName }),
      ...(featureFlags === null ? {} : { "x-svix-feature-flags": featureFlags }),
      ...(schema === undefined
        ? {}
        : { requestBody: { required: true, content: { "application/json": { schema } } } }),
      responses: { "2XX": { description: "Received" } },
    },
  };
}

/** Values of these are data, and may hold a key `$ref` that is none. */
const DATA = new Set(["const", "default", "enum", "example", "examples"]);

function refersToItself(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(refersToItself);
  if (!isObject(node)) return false;
  return Object.entries(node).some(([key, part]) =>
    key === "$ref"
      ? typeof part === "string" && part.startsWith("#")
      : !DATA.has(key) && refersToItself(part),
  );
}

function moved(node: unknown, place: string): unknown {
  if (Array.isArray(node)) return node.map((item) => moved(item, place));
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => {
      if (key === "$ref" && typeof part === "string" && part.startsWith("#"))
        return [key, place + part.slice(1)];
      return [key, DATA.has(key) ? part : moved(part, place)];
    }),
  );
}
