import { agentRoutes } from "./agents.ts";
import { alertRoutes } from "./alerts.ts";
import { attemptRoutes } from "./attempts.ts";
import { catalogueRoutes } from "./catalogue.ts";
import { clawbookRoutes } from "./clawbook.ts";
import { endpointRoutes } from "./endpoints.ts";
import { environmentRoutes } from "./environment.ts";
import { inboxRoutes } from "./inbox.ts";
import { messageRoutes } from "./messages.ts";
import { operationalRoutes } from "./operational.ts";
import { pollerRoutes } from "./poller.ts";
import { publisherRoutes } from "./publisher.ts";
import { pullRoutes } from "./pull.ts";
import type { RouteRow } from "./row.ts";
import { taskRoutes } from "./tasks.ts";

/** A row for every route; a new front adds its file here. */
export const allRoutes: RouteRow[] = [
  ...taskRoutes,
  ...publisherRoutes,
  ...catalogueRoutes,
  ...endpointRoutes,
  ...messageRoutes,
  ...attemptRoutes,
  ...operationalRoutes,
  ...environmentRoutes,
  ...clawbookRoutes,
  ...alertRoutes,
  ...inboxRoutes,
  ...pullRoutes,
  ...agentRoutes,
  ...pollerRoutes,
];
