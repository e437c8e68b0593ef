import { useState } from "react";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import { type DeliveryStatus, useDeliveryStatus, useStats, useWire } from "../../api/endpoints.ts";
import { type AttemptFilter, useEndpointAttempts } from "../../api/messages.ts";
import { AttemptList } from "../../parts/attempt-list.tsx";
import { Empty, Loaded, Note } from "../../parts/feedback.tsx";
import { SelectField } from "../../parts/field.tsx";
import { HourBars } from "../../parts/hour-bars.tsx";
import { Pager, usePaging } from "../../parts/pager.tsx";
import { Time } from "../../parts/time.tsx";
import { rateText } from "./rate-text.ts";

export function EndpointOverview({ endpoint }: { endpoint: EndpointOut }) {
  const status = useDeliveryStatus(endpoint.id);
  const stats = useStats(endpoint.id);
  return (
    <>
      <Trouble endpoint={endpoint} status={status.data} />
      <section className="facts" aria-label="Health">
        <Fact name="Last 24 hours" value={stats.data === undefined ? "…" : rateText(stats.data)} />
        <Fact name="Delivered" value={stats.data?.success ?? "…"} />
        <Fact name="Failed" value={stats.data?.fail ?? "…"} />
        <Fact name="Waiting" value={status.data?.waiting ?? "…"} />
        <Fact name="In flight" value={status.data?.inFlight ?? "…"} />
      </section>
      <figure className="day-chart">
        <HourBars hours={status.data?.hours} />
        <figcaption className="dim small">
          <span>24 h ago</span>
          <span className="chart-key">Attempts: delivered green, failed red</span>
          <span>now</span>
        </figcaption>
      </figure>
      <Attempts endpointId={endpoint.id} />
    </>
  );
}

function Fact({ name, value }: { name: string; value: string | number }) {
  return (
    <div className="fact">
      <div className="dim small">{name}</div>
      <div className="fact-value">{value}</div>
    </div>
  );
}

const REASONS = {
  failures: "It was disabled because it failed for days without a break. Enable it again once it works.",
  gone: "It was disabled because your server answered 410 Gone. Enable it again once it is back.",
};

/** What keeps events from arriving, in words. */
function Trouble({ endpoint, status }: { endpoint: EndpointOut; status: DeliveryStatus | undefined }) {
  const wire = useWire(endpoint.id);
  if (endpoint.disabled) {
    const reason = wire.data?.disabledReason;
    return (
      <Note tone="warn">
        This endpoint is disabled: nothing is sent to it. {reason == null ? "" : REASONS[reason]}
      </Note>
    );
  }
  if (status === undefined) return null;
  const { breaker, failingSince } = status;
  if (breaker.state !== "closed") {
    return (
      <Note tone="bad">
        Your server seems to be down: {breaker.failures} failures in a row. It is tried again
        {breaker.nextProbe === null ? (
          " now"
        ) : (
          <>
            {" "}
            <Time at={breaker.nextProbe} />
          </>
        )}
        ; until an answer comes, nothing else is sent and nothing is lost.
      </Note>
    );
  }
  if (failingSince === null) return null;
  return (
    <Note tone="warn">
      Deliveries have been failing since <Time at={failingSince} />. Failed messages are tried again by
      themselves.
    </Note>
  );
}

const STATUSES = [
  ["", "Any status"],
  ["0", "Delivered"],
  ["3", "Retrying"],
  ["2", "Failed"],
] as const;
const CODES = [
  ["", "Any answer"],
  ["200", "2xx"],
  ["300", "3xx"],
  ["400", "4xx"],
  ["500", "5xx"],
  ["0", "No answer"],
] as const;

function Attempts({ endpointId }: { endpointId: string }) {
  const [filter, setFilter] = useState<AttemptFilter>({ status: null, statusCodeClass: null });
  const paging = usePaging();
  const attempts = useEndpointAttempts(endpointId, filter, paging.iterator);
  const change = (part: Partial<AttemptFilter>) => {
    setFilter({ ...filter, ...part });
    paging.first();
  };
  return (
    <section>
      <div className="section-head">
        <h2>Attempts</h2>
        <div className="filters">
          <SelectField
            label="Status"
            value={filter.status ?? ""}
            options={STATUSES}
            onChange={(status) => change({ status: status || null })}
          />
          <SelectField
            label="Answer"
            value={filter.statusCodeClass ?? ""}
            options={CODES}
            onChange={(statusCodeClass) => change({ statusCodeClass: statusCodeClass || null })}
          />
        </div>
      </div>
      <Loaded query={attempts}>
        {(page) => (
          <>
            {page.data.length === 0 ? (
              <Empty title="No attempts yet">Requests to this endpoint appear here as they are made.</Empty>
            ) : (
              <AttemptList attempts={page.data} showMessage />
            )}
            <Pager paging={paging} page={page} />
          </>
        )}
      </Loaded>
    </section>
  );
}
