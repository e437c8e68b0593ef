import type { DeliveryStatus } from "../../api/endpoints.ts";
import { Time } from "../../parts/time.tsx";

type Failure = NonNullable<DeliveryStatus["lastError"]>;

const REASONS: Record<Failure["reason"], string> = {
  status: "HTTP",
  timeout: "no answer in time",
  network: "no connection",
  blocked: "address not allowed",
};

/** `Last error: HTTP 503 · 5 min. ago`. */
export function LastError({ error }: { error: Failure | null | undefined }) {
  if (error == null) return null;
  const { status, reason, at } = error;
  return (
    <div className="dim small">
      Last error: {REASONS[reason]}
      {reason === "status" ? ` ${status}` : ""} · <Time at={at} />
    </div>
  );
}
