/** Which operation of the API's document a request is routed to, before its handler runs. */
import { matchedRoutes } from "hono/route";
import { z } from "zod";
import { isObject } from "../core/json-object.ts";
import type { Operation } from "../core/operations.ts";
import type { HttpApp, HttpContext } from "./app-env.ts";

export type RoutedOperation = Operation & {
  /** The fields that its body may have. */
  fields: ReadonlySet<string>;
  /** The parameters of its path, in order. */
  parameters: readonly string[];
};

/** What every request passes, routed or not. */
const EVERY_PATH = new Set(["*", "/*"]);

/** Whether any route takes the request. */
export function isRouted(c: HttpContext): boolean {
  return matchedRoutes(c).some(({ path }) => !EVERY_PATH.has(path));
}

/** Null: none of the document's. */
export function operationOf(c: HttpContext, app: HttpApp): RoutedOperation | null {
  const operations = operationsByRoute(app);
  for (const { method, path } of matchedRoutes(c)) {
    const operation = operations.get(`${method} ${path}`);
    if (operation !== undefined) return operation;
  }
  return null;
}

const known = new WeakMap<HttpApp, Map<string, RoutedOperation>>();

/** Made with the first request that asks: by then all routes are registered. */
function operationsByRoute(app: HttpApp): Map<string, RoutedOperation> {
  const made = known.get(app);
  if (made !== undefined) return made;
  const operations = new Map<string, RoutedOperation>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { operationId, path, request } = definition.route;
    const method = definition.route.method.toUpperCase();
    const json: unknown = request?.body?.content["application/json"];
    const body = isObject(json) ? json["schema"] : undefined;
    operations.set(`${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`, {
      id: operationId ?? "",
      method,
      fields: new Set(fieldsOf(body)),
      parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
    });
  }
  known.set(app, operations);
  return operations;
}

function fieldsOf(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  return schema instanceof z.ZodPipe ? fieldsOf(schema.def.in) : [];
}
