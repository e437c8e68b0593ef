import { useState } from "react";
import { Link } from "wouter";
import type { ApplicationOut } from "../../../contract/applications.ts";
import { useApplicationSearch, useApplications } from "../../api/applications.ts";
import { useMay } from "../../api/keys.ts";
import { Button } from "../../parts/button.tsx";
import { Empty, Loaded } from "../../parts/feedback.tsx";
import { PagedRows } from "../../parts/paged-rows.tsx";
import { usePaging } from "../../parts/pager.tsx";
import { Time } from "../../parts/time.tsx";
import { NewApplication } from "./new-application.tsx";

/** The publisher's applications, each with a portal like its consumer's. */
export function ApplicationList() {
  const [search, setSearch] = useState("");
  const [adding, setAdding] = useState(false);
  const mayAdd = useMay("manage");
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Applications</h1>
          <p className="dim">One for each of your customers. Open one to see what its owner sees.</p>
        </div>
        {mayAdd ? (
          <Button kind="primary" onClick={() => setAdding(true)}>
            New application
          </Button>
        ) : null}
      </div>
      <input
        type="search"
        className="wide"
        aria-label="Search applications"
        placeholder="Search by name, uid or id"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {search.trim() === "" ? <AllApplications mayAdd={mayAdd} /> : <Found search={search.trim()} />}
      {adding ? <NewApplication onClose={() => setAdding(false)} /> : null}
    </>
  );
}

function AllApplications({ mayAdd }: { mayAdd: boolean }) {
  const paging = usePaging();
  const applications = useApplications(paging.iterator);
  return (
    <PagedRows
      query={applications}
      paging={paging}
      label="Applications"
      row={applicationRow}
      empty={
        <Empty title="No applications yet">
          {mayAdd
            ? "Create the first one, then give it an endpoint."
            : "They appear here once there are some."}
        </Empty>
      }
    />
  );
}

function Found({ search }: { search: string }) {
  const found = useApplicationSearch(search);
  return (
    <Loaded query={found}>
      {(applications) =>
        applications.length === 0 ? (
          <Empty title="No application matches" />
        ) : (
          <ul className="rows" aria-label="Applications">
            {applications.map(applicationRow)}
          </ul>
        )
      }
    </Loaded>
  );
}

function applicationRow({ id, uid, name, createdAt }: ApplicationOut) {
  return (
    <li key={id} className="row">
      <div className="row-main">
        <Link href={`/app/${id}/endpoints`} className="row-title">
          {name}
        </Link>
        <span className="dim small mono block">{uid ?? id}</span>
      </div>
      <span className="dim small">
        created <Time at={createdAt} />
      </span>
    </li>
  );
}
