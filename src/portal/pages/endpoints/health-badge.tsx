import type { EndpointOut } from "../../../contract/endpoints.ts";
import type { DeliveryStatus } from "../../api/endpoints.ts";
import { Badge } from "../../parts/badge.tsx";

type HealthProps = { endpoint: EndpointOut; status: DeliveryStatus | undefined };

export function HealthBadge({ endpoint, status }: HealthProps) {
  if (endpoint.disabled) return <Badge tone="dim">Disabled</Badge>;
  if (status === undefined) return <Badge tone="dim">…</Badge>;
  if (status.breaker.state !== "closed") return <Badge tone="bad">Receiver down</Badge>;
  if (status.failingSince !== null) return <Badge tone="warn">Failing</Badge>;
  return <Badge tone="good">Enabled</Badge>;
}
