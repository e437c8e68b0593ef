import { attemptRoutes } from "./attempts.ts";
import { catalogueRoutes } from "./catalogue.ts";
import { clawbookRoutes } from "./clawbook.ts";
import { endpointRoutes } from "./endpoints.ts";
import { environmentRoutes } from "./environment.ts";
import { messageRoutes } from "./messages.ts";
import { operationalRoutes } from "./operational.ts";
import { publisherRoutes } from "./publisher.ts";
import type { RouteRow } from "./row.ts";

/** A row for every route; a new front adds its file here. */
export const allRoutes: RouteRow[] = [
  ...publisherRoutes,
  ...catalogueRoutes,
  ...endpointRoutes,
  ...messageRoutes,
  ...attemptRoutes,
  ...operationalRoutes,
  ...environmentRoutes,
  ...clawbookRoutes,
];
