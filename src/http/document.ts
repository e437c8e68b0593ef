/** The API as an OpenAPI document, made from the very schemas that validate. */
import { isObject } from "../core/json-object.ts";
import { MAX_IDEMPOTENCY_KEY_CHARS } from "../core/limits/requests.ts";
import type { HttpApp } from "./app-env.ts";
import { describedSchemas, parameterText } from "./descriptions.ts";
import { exampleMaker, type Schemas } from "./examples.ts";

export type ApiParameter = {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: unknown;
};
type Content = Record<string, { schema?: unknown; example?: unknown }>;
export type ApiOperation = {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId?: string;
  deprecated?: boolean;
  security?: unknown[];
  parameters?: ApiParameter[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
};

/** As far as we read it. */
export type ApiDocument = {
  openapi: string;
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, ApiOperation>>;
  components: { schemas: Schemas };
};

/** In the order of the reference; a tag without a line here follows them. */
const TAGS: Record<string, string> = {
  Application: "Those who receive events: each has its endpoints and its log",
  "Event Type": "What events there are, and what their payloads look like",
  "Event catalogue": "Event types ready to be imported, and the public page of those there are",
  Message: "Publishing events, and reading them again",
  Endpoint: "Where an application's events are delivered",
  "Message attempt": "What became of each delivery, and delivering it again",
  "Delivery policy": "Dialect, retries, timeouts, concurrency, ordering, and where each was set",
  Dialect: "How a webhook looks on the wire; a publisher may define its own",
  Authentication: "Access for an application's own people",
  Key: "Publishers' keys",
  "Audit log": "Who changed what of the configuration",
  "Operational webhook": "Endpoints that are told of the deployment itself",
  "Background task": "What runs on after its call was answered, and how far it is",
  Statistics: "Figures of many applications, gathered by background tasks",
  Integration: "Keys for a consumer's programs",
  Connector: "Templates that portals offer",
  Environment: "Event types, settings and connectors as one document",
  "Events to pull": "An application's log, for agents that cannot be called",
  "Webhooks of a consumer": "A consumer's own webhooks, by its own token alone",
  Inbox: "A receiver that is there before there is a server",
  "Alert rule": "When the owner of an application is told that deliveries fail",
  Egress: "Where requests to receivers come from",
  Deployment: "How the whole deployment stands",
  Health: "Whether the service answers",
};

/** Of every POST, whatever the route itself knows of it (http/idempotency.ts). */
const IDEMPOTENCY_KEY: ApiParameter = {
  in: "header",
  name: "idempotency-key",
  required: false,
  description: "Who repeats a call with the same key is given the first answer, for 12 hours",
  schema: { type: "string", maxLength: MAX_IDEMPOTENCY_KEY_CHARS },
};

const made = new WeakMap<HttpApp, ApiDocument>();

/** Without its server, which is whatever host was asked. Made once: routes do not change. */
export function apiDocument(app: HttpApp): ApiDocument {
  const known = made.get(app);
  if (known !== undefined) return known;
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Posthorn", version: "1.0.0", description: "Webhook delivery at the edge" },
    security: [{ bearer: [] }],
    // What the generator makes of our routes has this shape; a test holds it to that.
  }) as unknown as ApiDocument;
  document.components.schemas = describedSchemas(document.components.schemas);
  for (const { method, operation } of operationsOf(document)) {
    const parameters = (operation.parameters ?? []).map(describedParameter);
    operation.parameters = method === "post" ? [...parameters, IDEMPOTENCY_KEY] : parameters;
  }
  document.tags = tagsOf(document);
  const make = exampleMaker(document.components.schemas, Date.now());
  for (const { operation } of operationsOf(document)) addExamples(operation, make);
  made.set(app, document);
  return document;
}

function describedParameter(parameter: ApiParameter): ApiParameter {
  const own = isObject(parameter.schema) ? parameter.schema["description"] : undefined;
  const description = parameter.description ?? own ?? parameterText(parameter.name);
  return typeof description === "string" ? { ...parameter, description } : parameter;
}

function tagsOf(document: ApiDocument): ApiDocument["tags"] {
  const used = new Set(operationsOf(document).flatMap(({ operation }) => operation.tags ?? []));
  const others = [...used].filter((name) => !(name in TAGS));
  return [...Object.keys(TAGS).filter((name) => used.has(name)), ...others].map((name) => ({
    name,
    description: TAGS[name] ?? "",
  }));
}

/** Every JSON body and answer has an example: the route's own, or one made from its schema. */
function addExamples(
  { requestBody, responses = {} }: ApiOperation,
  make: ReturnType<typeof exampleMaker>,
): void {
  for (const media of Object.values(requestBody?.content ?? {})) {
    if (isObject(media.schema)) media.example ??= make.body(media.schema);
  }
  for (const [status, { content = {} }] of Object.entries(responses)) {
    if (!status.startsWith("2")) continue;
    for (const media of Object.values(content)) {
      if (isObject(media.schema)) media.example ??= make.answer(media.schema);
    }
  }
}

export type NamedOperation = { method: string; path: string; operation: ApiOperation };

export function operationsOf({ paths }: ApiDocument): NamedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
}
