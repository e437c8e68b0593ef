import { useState } from "react";
import { Link } from "wouter";
import type { EventTypeOut } from "../../../../contract/event-types.ts";
import { useEventTypeList } from "../../../api/event-types.ts";
import { useMay } from "../../../api/keys.ts";
import { Badge } from "../../../parts/badge.tsx";
import { ButtonLink } from "../../../parts/button.tsx";
import { Empty, Loaded } from "../../../parts/feedback.tsx";
import { groupOf } from "../../endpoints/event-type-picker.tsx";
import { CataloguePublication } from "./catalogue-publication.tsx";

/** The deployment's event types, to be edited. */
export function EventTypeList() {
  const [search, setSearch] = useState("");
  const [archived, setArchived] = useState(false);
  const eventTypes = useEventTypeList(archived);
  const mayManage = useMay("manage");
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Event types</h1>
          <p className="dim">What your customers choose from, and what they are told each one holds.</p>
        </div>
        {mayManage ? (
          <div className="head-actions">
            <ButtonLink href="/event-types/import">Import</ButtonLink>
            <ButtonLink href="/event-types/new" kind="primary">
              New event type
            </ButtonLink>
          </div>
        ) : null}
      </div>
      <div className="list-tools">
        <input
          type="search"
          aria-label="Search event types"
          placeholder="Search by name, group or description"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <label className="check">
          <input type="checkbox" checked={archived} onChange={(event) => setArchived(event.target.checked)} />
          Show archived
        </label>
      </div>
      <Loaded query={eventTypes}>
        {(types) => <Groups types={types} search={search} mayManage={mayManage} />}
      </Loaded>
      <CataloguePublication mayManage={mayManage} />
    </>
  );
}

type GroupsProps = { types: EventTypeOut[]; search: string; mayManage: boolean };

function Groups({ types, search, mayManage }: GroupsProps) {
  const wanted = search.trim().toLowerCase();
  const shown = types.filter((type) =>
    `${type.name} ${groupOf(type)} ${type.description}`.toLowerCase().includes(wanted),
  );
  if (types.length === 0) {
    return (
      <Empty
        title="No event types yet"
        action={mayManage ? <ButtonLink href="/event-types/import">Import some</ButtonLink> : null}
      >
        {mayManage
          ? "Create the first one, or import them from an OpenAPI document or a built-in catalogue."
          : "They appear here once there are some."}
      </Empty>
    );
  }
  if (shown.length === 0) return <Empty title="No event type matches" />;
  return [...Map.groupBy(shown, groupOf)].map(([group, members]) => (
    <section key={group}>
      <h2>{group}</h2>
      <ul className="rows" aria-label={`Event types of ${group}`}>
        {members.map((type) => (
          <Row key={type.name} type={type} />
        ))}
      </ul>
    </section>
  ));
}

function Row({ type }: { type: EventTypeOut }) {
  return (
    <li className="row">
      <div className="row-main">
        <Link href={`/event-types/edit/${encodeURIComponent(type.name)}`} className="row-title mono">
          {type.name}
        </Link>
        <span className="dim small block">{type.description}</span>
      </div>
      <span className="marks">
        {type.featureFlags?.map((flag) => (
          <Badge key={flag} tone="info">
            {flag}
          </Badge>
        ))}
        {type.deprecated ? <Badge tone="warn">Deprecated</Badge> : null}
        {type.archived ? <Badge tone="dim">Archived</Badge> : null}
      </span>
    </li>
  );
}
