import { Link } from "wouter";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import { useApp } from "../../api/context.tsx";
import { ROW_MS, SLOW_MS, useDeliveryStatus, useEndpoints, useStats, useWire } from "../../api/endpoints.ts";
import { ButtonLink } from "../../parts/button.tsx";
import { Empty } from "../../parts/feedback.tsx";
import { HourBars } from "../../parts/hour-bars.tsx";
import { PagedRows } from "../../parts/paged-rows.tsx";
import { usePaging } from "../../parts/pager.tsx";
import { HealthBadge } from "./health-badge.tsx";
import { LastError } from "./last-error.tsx";
import { rateText } from "./rate-text.ts";

const SHOWN_TYPES = 3;

export function EndpointList() {
  const { can } = useApp();
  const paging = usePaging();
  const endpoints = useEndpoints(paging.iterator);
  const add = can("ManageEndpoint") ? (
    <ButtonLink kind="primary" href="/endpoints/new">
      Add endpoint
    </ButtonLink>
  ) : null;
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Endpoints</h1>
          <p className="dim">Where your events are sent.</p>
        </div>
        {endpoints.data?.data.length ? add : null}
      </div>
      <PagedRows
        query={endpoints}
        paging={paging}
        label="Endpoints"
        row={(endpoint) => <EndpointRow key={endpoint.id} endpoint={endpoint} />}
        empty={
          <Empty title="No endpoints yet" action={add}>
            Add the URL of your server, and events are sent to it as they happen. No server yet?{" "}
            <Link href="/inbox">Use the inbox</Link>.
          </Empty>
        }
      />
    </>
  );
}

function EndpointRow({ endpoint }: { endpoint: EndpointOut }) {
  const stats = useStats(endpoint.id, ROW_MS);
  const status = useDeliveryStatus(endpoint.id, ROW_MS);
  return (
    <li className="row endpoint-row">
      <div className="row-main">
        <Link href={`/endpoints/${endpoint.id}`} className="row-title mono">
          {endpoint.url}
        </Link>
        <div className="dim small">
          {endpoint.description === "" ? typesText(endpoint) : endpoint.description}
        </div>
        {endpoint.disabled ? <WhyDisabled endpointId={endpoint.id} /> : null}
        <LastError error={status.data?.lastError} />
      </div>
      <div className="row-chart">
        <HourBars hours={status.data?.hours} />
        <span className="dim small">
          {stats.data === undefined ? "…" : `${rateText(stats.data)} in 24 h`}
        </span>
      </div>
      <div className="row-side">
        <HealthBadge endpoint={endpoint} status={status.data} />
        <span className="dim small">{backlogText(status.data?.waiting)}</span>
      </div>
    </li>
  );
}

const REASONS = {
  failures: "it failed for days without a break",
  gone: "your server answered 410 Gone",
};

function WhyDisabled({ endpointId }: { endpointId: string }) {
  const wire = useWire(endpointId, SLOW_MS);
  if (wire.data === undefined) return null;
  const { disabledReason: reason } = wire.data;
  return (
    <div className="dim small">
      Disabled: {reason === null ? "somebody switched it off" : REASONS[reason]}
    </div>
  );
}

export function typesText({ eventTypes }: EndpointOut): string {
  if (eventTypes === null) return "All event types";
  const more = eventTypes.length - SHOWN_TYPES;
  const shown = eventTypes.slice(0, SHOWN_TYPES).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function backlogText(waiting: number | undefined): string {
  if (waiting === undefined) return "";
  return waiting === 0 ? "nothing waiting" : `${waiting} waiting`;
}
