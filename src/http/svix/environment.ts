import { createRoute } from "@hono/zod-openapi";
import {
  EnvironmentIn,
  EnvironmentOut,
  EnvironmentSettingsOut,
  toEnvironmentSettingsOut,
} from "../../contract/environment.ts";
import { timeText } from "../../contract/fields.ts";
import { MAX_CONNECTORS, MAX_EXPORTED_ROWS, MAX_SETTINGS_BYTES } from "../../core/limits/resources.ts";
import { exportEnvironment, importEnvironment } from "../../service/environment.ts";
import { getEnvironmentSettings } from "../../store/settings.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES, jsonResponse, NO_CONTENT, optionalJsonBody } from "../openapi.ts";
import { connectorFields, toConnectorOut } from "./connectors.ts";
import { eventTypeFields, toEventTypeOut } from "./event-types.ts";

const tags = ["Environment"];

const exportRoute = createRoute({
  method: "post",
  path: "/api/v1/environment/export",
  tags,
  operationId: "v1.environment.export",
  summary: "Get event types, settings and connectors as one document",
  responses: { 200: jsonResponse(EnvironmentOut, "The document"), ...FAILURES },
});

const importRoute = createRoute({
  method: "post",
  path: "/api/v1/environment/import",
  tags,
  operationId: "v1.environment.import",
  summary: "Add and replace what a document holds; nothing is removed",
  request: { body: optionalJsonBody(EnvironmentIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const settingsRoute = createRoute({
  method: "get",
  path: "/api/v1/environment/settings",
  tags,
  operationId: "v1.environment.get-settings",
  summary: "Get the settings that a portal shows itself by",
  responses: { 200: jsonResponse(EnvironmentSettingsOut, "The settings"), ...FAILURES },
});

/** `/api/v1/environment/…` (reference svix.md §1.10). */
export function registerEnvironment(app: HttpApp): void {
  app.openapi(exportRoute, async (c) => {
    requirePublisher(c);
    const services = c.get("services");
    const environment = await exportEnvironment(services);
    if (environment === null) {
      throw new ApiError("limit_reached", `One document holds at most ${MAX_EXPORTED_ROWS} of a kind`);
    }
    const { eventTypes, settings, connectors } = environment;
    const document = {
      version: 1,
      createdAt: timeText(services.nowMs),
      eventTypes: eventTypes.map(toEventTypeOut),
      settings,
      connectors: connectors.map(toConnectorOut),
    };
    return c.json(document, 200);
  });

  app.openapi(importRoute, async (c) => {
    requirePublisher(c);
    const { eventTypes, settings, connectors } = c.req.valid("json");
    const outcome = await importEnvironment(c.get("services"), {
      eventTypes: (eventTypes ?? []).map((body) => ({ name: body.name, fields: eventTypeFields(body) })),
      settings: settings ?? null,
      connectors: (connectors ?? []).map(connectorFields),
    });
    if (outcome === "too_many_connectors") {
      throw new ApiError("limit_reached", `There may be ${MAX_CONNECTORS} connectors`);
    }
    if (outcome === "settings_too_large") {
      throw new ApiError("limit_reached", `All settings may take ${MAX_SETTINGS_BYTES} bytes as JSON`);
    }
    return c.body(null, 204);
  });

  app.openapi(settingsRoute, async (c) => {
    const settings = await getEnvironmentSettings(c.get("services").db);
    return c.json(toEnvironmentSettingsOut(settings ?? {}), 200);
  });
}
