import { Link } from "wouter";
import type { TroubledEndpoint } from "../../../api/overview.ts";
import { Badge } from "../../../parts/badge.tsx";
import { Empty } from "../../../parts/feedback.tsx";
import { Time } from "../../../parts/time.tsx";
import { countText } from "./figures.ts";

/** Where a look is worth it. */
export function WorstEndpoints({ endpoints }: { endpoints: TroubledEndpoint[] }) {
  return (
    <section>
      <div className="section-head">
        <h2>Endpoints in trouble</h2>
        <span className="dim small">Attempts of this hour of the clock and the last</span>
      </div>
      {endpoints.length === 0 ? (
        <Empty title="None">No endpoint has failed lately or has anything to catch up with.</Empty>
      ) : (
        <ul className="rows" aria-label="Endpoints in trouble">
          {endpoints.map((endpoint) => (
            <Row key={endpoint.endpointId} endpoint={endpoint} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ endpoint }: { endpoint: TroubledEndpoint }) {
  const { appId, appName, endpointId, url, failed, succeeded, failingSince, backlog, disabled } = endpoint;
  return (
    <li className="row">
      <div className="row-main">
        <Link href={`/app/${appId}/endpoints/${endpointId}`} className="row-title mono">
          {url}
        </Link>
        <div className="dim small">{appName}</div>
      </div>
      <div className="trouble small">
        <div>
          {countText(failed)} of {countText(failed + succeeded)} attempts failed
        </div>
        <div className="dim">{backlog === 0 ? "nothing waiting" : `${countText(backlog)} waiting`}</div>
      </div>
      <div className="row-side">
        {disabled ? <Badge tone="dim">Disabled</Badge> : null}
        {disabled || failingSince === null ? null : <Badge tone="warn">Failing</Badge>}
        {failingSince === null ? null : (
          <span className="dim small">
            since <Time at={failingSince} />
          </span>
        )}
      </div>
    </li>
  );
}
