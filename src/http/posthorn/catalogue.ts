import { createRoute } from "@hono/zod-openapi";
import {
  BuiltInCatalogueList,
  CatalogueImportIn,
  CataloguePageIn,
  CataloguePageOut,
  EventTypeImportOpenApiOut,
} from "../../contract/catalogue.ts";
import { cataloguePage, type ShownPage, setCataloguePage } from "../../service/catalogue/catalogue-page.ts";
import { CATALOGUES, findCatalogue, readCatalogue } from "../../service/catalogue/import-event-types.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { invalidAt } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { imported } from "../svix/event-type-import.ts";

const tags = ["Event catalogue"];
const IMPORT_PATH = "/api/v1/event-type/import/catalogue";
const PAGE_PATH = "/api/v1/catalogue";

const listBuiltIn = createRoute({
  method: "get",
  path: IMPORT_PATH,
  tags,
  operationId: "posthorn.catalogue.list",
  summary: "List the built-in catalogues of event types",
  responses: { 200: jsonResponse(BuiltInCatalogueList, "Every catalogue"), ...FAILURES },
});

const importBuiltIn = createRoute({
  method: "post",
  path: IMPORT_PATH,
  tags,
  operationId: "posthorn.catalogue.import",
  summary: "Create and update the event types of a built-in catalogue",
  request: { body: jsonBody(CatalogueImportIn) },
  responses: { 200: jsonResponse(EventTypeImportOpenApiOut, "What changed, or would"), ...FAILURES },
});

const getPage = createRoute({
  method: "get",
  path: PAGE_PATH,
  tags,
  operationId: "posthorn.catalogue.get-page",
  summary: "Whether the event catalogue is public, and where",
  responses: { 200: jsonResponse(CataloguePageOut, "The page"), ...FAILURES },
});

const setPage = createRoute({
  method: "put",
  path: PAGE_PATH,
  tags,
  operationId: "posthorn.catalogue.set-page",
  summary: "Publish the event catalogue, or take it back",
  description: "Event types with feature flags, and archived ones, are never on the page.",
  request: { body: jsonBody(CataloguePageIn) },
  responses: { 200: jsonResponse(CataloguePageOut, "The page"), ...FAILURES },
});

/** Ours: event types ready to be imported, and the public page of those there are. */
export function registerCatalogue(app: HttpApp): void {
  app.openapi(listBuiltIn, (c) => {
    requirePublisher(c);
    const data = CATALOGUES.map(({ eventTypes, ...catalogue }) => ({
      ...catalogue,
      eventTypes: eventTypes.map(({ name, description }) => ({ name, description })),
    }));
    return c.json({ data }, 200);
  });

  app.openapi(importBuiltIn, async (c) => {
    requirePublisher(c);
    const { name, ...options } = c.req.valid("json");
    const catalogue = findCatalogue(name);
    if (catalogue === null) {
      const names = CATALOGUES.map((one) => one.name).join(", ");
      throw invalidAt(["body", "name"], `must be one of ${names}`);
    }
    const items = readCatalogue(catalogue).map((type) => ({ ...type, featureFlags: undefined }));
    return c.json(await imported(c, { items, ...options }), 200);
  });

  app.openapi(getPage, async (c) => {
    requirePublisher(c);
    return c.json(toPageOut(c, await cataloguePage(c.get("services"))), 200);
  });

  app.openapi(setPage, async (c) => {
    requirePublisher(c);
    const { published, title = null } = c.req.valid("json");
    return c.json(toPageOut(c, await setCataloguePage(c.get("services"), { published, title })), 200);
  });
}

function toPageOut(c: HttpContext, { published, title }: ShownPage) {
  const { origin } = new URL(c.req.url);
  return { published, title, url: `${origin}/catalogue`, openapiUrl: `${origin}/catalogue/openapi.json` };
}
