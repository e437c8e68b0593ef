import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { DeploymentOverviewOut } from "../../contract/overview.ts";
import { HOUR_MS } from "../../core/units.ts";
import { queryText } from "./client.ts";
import { useSession } from "./context.tsx";

export type Overview = DeploymentOverviewOut;
export type OverviewPoint = Overview["series"][number];
export type TroubledEndpoint = Overview["worst"][number];

const REFRESH_MS = 15_000;

/** The deployment over the last hours; while other hours are asked for, what was shown stays. */
export function useOverview(hours: number) {
  const { api } = useSession();
  return useQuery({
    queryKey: ["overview", hours],
    queryFn: () => {
      const since = new Date(Date.now() - hours * HOUR_MS).toISOString();
      return api.json<Overview>(`/api/v1/deployment/overview${queryText({ since })}`);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}
