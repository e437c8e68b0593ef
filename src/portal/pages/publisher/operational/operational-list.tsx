import { Link } from "wouter";
import { useMay } from "../../../api/keys.ts";
import { useOperationalEndpoints } from "../../../api/operational.ts";
import { Badge } from "../../../parts/badge.tsx";
import { ButtonLink } from "../../../parts/button.tsx";
import { Empty } from "../../../parts/feedback.tsx";
import { PagedRows } from "../../../parts/paged-rows.tsx";
import { usePaging } from "../../../parts/pager.tsx";

export function OperationalList() {
  const paging = usePaging();
  const endpoints = useOperationalEndpoints(paging.iterator);
  const mayManage = useMay("manage");
  const add = mayManage ? (
    <ButtonLink href="/operational/new" kind="primary">
      Add endpoint
    </ButtonLink>
  ) : null;
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Operational webhooks</h1>
          <p className="dim">Your own servers, told what happens to endpoints and deliveries here.</p>
        </div>
        {add}
      </div>
      <PagedRows
        query={endpoints}
        paging={paging}
        label="Operational endpoints"
        row={({ id, url, description, eventTypes, disabled }) => (
          <li key={id} className="row">
            <div className="row-main">
              <Link href={`/operational/${id}`} className="row-title">
                {url}
              </Link>
              <span className="dim small block">{description}</span>
              <span className="dim small block">{eventTypes?.join(", ") ?? "All events"}</span>
            </div>
            <Badge tone={disabled ? "dim" : "good"}>{disabled ? "Disabled" : "Enabled"}</Badge>
          </li>
        )}
        empty={
          <Empty title="Nobody is told yet" action={add}>
            Add an endpoint to be told when an endpoint is disabled, or a message is given up.
          </Empty>
        }
      />
    </>
  );
}
