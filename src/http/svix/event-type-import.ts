import { createRoute } from "@hono/zod-openapi";
import {
  EventTypeExport,
  EventTypeImportOpenApiIn,
  EventTypeImportOpenApiOut,
} from "../../contract/catalogue.ts";
import { EventTypeIn } from "../../contract/event-types.ts";
import { isTooDeep, TOO_DEEP } from "../../core/json-object.ts";
import { catalogueDocument } from "../../service/catalogue/catalogue-page.ts";
import {
  type ImportItem,
  importEventTypes,
  parseSpec,
  readSpec,
} from "../../service/catalogue/import-event-types.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { ApiError, invalidAt, schemaFailure } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";

const tags = ["Event Type"];

const importOpenApi = createRoute({
  method: "post",
  path: "/api/v1/event-type/import/openapi",
  tags,
  operationId: "v1.event-type.import-openapi",
  summary: "Create and update event types from the webhooks of an OpenAPI document",
  description:
    "The key of a webhook is the event type's name. `x-svix-group-name` and `x-svix-feature-flags` on its operation set the group and the flags; left out, they stay as they are. Archived types come back.",
  request: { body: jsonBody(EventTypeImportOpenApiIn) },
  responses: { 200: jsonResponse(EventTypeImportOpenApiOut, "What changed, or would"), ...FAILURES },
});

const exportOpenApi = createRoute({
  method: "get",
  path: "/api/v1/event-type/export/openapi",
  tags,
  operationId: "posthorn.event-type.export-openapi",
  summary: "The event types as an OpenAPI 3.1 document of webhooks",
  description:
    "Those that are not archived, each with its newest schema; a consumer gets what its flags open.",
  responses: { 200: jsonResponse(EventTypeExport, "The document"), ...FAILURES },
});

/** `…/event-type/import/openapi` (reference svix.md §1.3), and ours that gives the same document back. */
export function registerEventTypeImport(app: HttpApp): void {
  app.openapi(importOpenApi, async (c) => {
    requirePublisher(c);
    const { spec, specRaw, ...options } = c.req.valid("json");
    if ((spec == null) === (specRaw == null)) {
      throw new ApiError("generic_error", "Exactly one of spec and specRaw must be given");
    }
    const items = itemsOf(
      spec == null ? { place: "specRaw", spec: parsed(specRaw ?? "") } : { place: "spec", spec },
    );
    return c.json(await imported(c, { items, ...options }), 200);
  });

  app.openapi(exportOpenApi, async (c) => {
    return c.json(await catalogueDocument(c.get("services")), 200);
  });
}

type Imports = Parameters<typeof importEventTypes>[1];

/** Imports them and puts it in Svix's words; what is archived is ours to say, in words like those. */
export async function imported(c: HttpContext, imports: Imports) {
  const { rows, archived } = await importEventTypes(c.get("services"), imports);
  const wouldBe = rows.map((row) => ({ ...row, featureFlag: row.featureFlags?.[0] ?? null }));
  const changed = imports.dryRun
    ? { modified: [], to_modify: wouldBe, archived: [], to_archive: archived.names }
    : { modified: rows.map(({ name }) => name), to_modify: null, archived: archived.names, to_archive: null };
  return { data: { ...changed, archive_count: archived.count } };
}

function parsed(text: string): unknown {
  const result = parseSpec(text);
  if ("reason" in result) throw invalidAt(["body", "specRaw"], result.reason);
  return result.spec;
}

type Given = { place: "spec" | "specRaw"; spec: unknown };

function itemsOf({ place, spec }: Given): ImportItem[] {
  if (isTooDeep(spec)) throw invalidAt(["body", place], TOO_DEEP);
  const reading = readSpec(spec);
  if (reading.kind === "refused") throw invalidAt(["body", place, ...reading.path], reading.reason);
  return reading.eventTypes.map((eventType) => {
    const checked = EventTypeIn.safeParse(eventType);
    if (!checked.success) {
      const at = (path: PropertyKey[]) => [place, reading.section, eventType.name, ...path];
      throw schemaFailure(
        "json",
        checked.error.issues.map(({ path, message }) => ({ path: at(path), message })),
      );
    }
    const { name, description, deprecated, schemas = null, groupName, featureFlags } = checked.data;
    return { name, description, deprecated, schemas, groupName, featureFlags };
  });
}
