import { useState } from "react";
import { type Key, useKeys, useMay } from "../../../api/keys.ts";
import { Badge } from "../../../parts/badge.tsx";
import { Button } from "../../../parts/button.tsx";
import { Empty } from "../../../parts/feedback.tsx";
import { PagedRows } from "../../../parts/paged-rows.tsx";
import { usePaging } from "../../../parts/pager.tsx";
import { Time, useNowMs } from "../../../parts/time.tsx";
import { CreateKey } from "./create-key.tsx";
import { EndKey } from "./end-key.tsx";

/** Publishers' keys: what each may do, and whether anybody still uses it. */
export function KeyList() {
  const paging = usePaging();
  const keys = useKeys(paging.iterator);
  const mayManage = useMay("keys");
  const [creating, setCreating] = useState(false);
  const create = mayManage ? (
    <Button kind="primary" onClick={() => setCreating(true)}>
      New key
    </Button>
  ) : null;
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Keys</h1>
          <p className="dim">
            For your own programs and people; POSTHORN_KEY is not among them. Uses are noted once an hour.
          </p>
        </div>
        {create}
      </div>
      <PagedRows
        query={keys}
        paging={paging}
        label="Keys"
        row={(key) => <KeyRow key={key.id} shown={key} mayEnd={mayManage} />}
        empty={
          <Empty title="No keys yet" action={create}>
            Give each program a key of its own, with no more scopes than it needs.
          </Empty>
        }
      />
      {creating ? <CreateKey onClose={() => setCreating(false)} /> : null}
    </>
  );
}

function KeyRow({ shown, mayEnd }: { shown: Key; mayEnd: boolean }) {
  const [ending, setEnding] = useState(false);
  const nowMs = useNowMs();
  const { id, name, censoredToken, scopes, createdAt, expiresAt, lastUsedAt } = shown;
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= nowMs;
  return (
    <li className="row key-row">
      <div className="row-main">
        <div className="key-title">
          <span className="row-title">{name ?? "Unnamed"}</span>
          {isOver ? <Badge tone="dim">Expired</Badge> : null}
          {scopes === null ? (
            <Badge tone="warn">Everything</Badge>
          ) : (
            scopes.map((scope) => (
              <Badge key={scope} tone="info">
                {scope}
              </Badge>
            ))
          )}
        </div>
        <div className="dim small mono">
          {censoredToken} {id}
        </div>
      </div>
      <div className="key-times dim small">
        <span>
          {lastUsedAt === null ? (
            "Never used"
          ) : (
            <>
              Used <Time at={lastUsedAt} />
            </>
          )}
        </span>
        <span>
          Created <Time at={createdAt} />
        </span>
        <span>
          {expiresAt === null ? (
            "Does not expire"
          ) : (
            <>
              {isOver ? "Expired" : "Expires"} <Time at={expiresAt} />
            </>
          )}
        </span>
      </div>
      {mayEnd ? (
        <Button small kind="quiet" onClick={() => setEnding(true)} label={`Revoke key ${name ?? id}`}>
          Revoke
        </Button>
      ) : null}
      {ending ? <EndKey shown={shown} onClose={() => setEnding(false)} /> : null}
    </li>
  );
}
