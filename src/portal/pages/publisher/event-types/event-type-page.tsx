import { type FormEvent, useState } from "react";
import type { EventTypeOut } from "../../../../contract/event-types.ts";
import { problemsOf } from "../../../api/client.ts";
import {
  type EventTypeFields,
  useChangeEventType,
  useDeleteEventType,
  useEventType,
} from "../../../api/event-types.ts";
import { useMay } from "../../../api/keys.ts";
import { Badge } from "../../../parts/badge.tsx";
import { Button } from "../../../parts/button.tsx";
import { DeleteButton } from "../../../parts/delete-button.tsx";
import { ErrorNote, Note } from "../../../parts/feedback.tsx";
import { OneOf } from "../../../parts/one-of.tsx";
import { Time } from "../../../parts/time.tsx";
import { draftOf, type EventTypeDraft, EventTypeFieldset, flagsIn } from "./event-type-fields.tsx";
import { schemasOf } from "./schema-drafts.ts";
import { SchemaEditor } from "./schema-editor.tsx";

export function EventTypePage({ name }: { name: string }) {
  const eventType = useEventType(name);
  const mayManage = useMay("manage");
  return (
    <OneOf query={eventType} noun="event type" listHref="/event-types" listName="Event types">
      {(type) => (
        <>
          <div className="page-head">
            <div className="grow">
              <h1 className="mono endpoint-title">{type.name}</h1>
              <p className="dim small">
                changed <Time at={type.updatedAt} />
              </p>
            </div>
            <span className="marks">
              {type.deprecated ? <Badge tone="warn">Deprecated</Badge> : null}
              {type.archived ? <Badge tone="dim">Archived</Badge> : null}
            </span>
          </div>
          <Edit type={type} mayManage={mayManage} />
          {mayManage ? <ArchiveOrDelete type={type} /> : null}
        </>
      )}
    </OneOf>
  );
}

function Edit({ type, mayManage }: { type: EventTypeOut; mayManage: boolean }) {
  const [draft, setDraft] = useState(() => draftOf(type));
  const change = useChangeEventType(type.name);
  const problems = problemsOf(change.error);
  const fields = changedFields(type, draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fields !== null) change.save(fields);
  };
  return (
    <form onSubmit={submit}>
      <fieldset className="stack" disabled={!mayManage}>
        <EventTypeFieldset draft={draft} onChange={setDraft} problems={problems} />
        <SchemaEditor
          drafts={draft.schemas}
          onChange={(schemas) => setDraft({ ...draft, schemas })}
          error={problems["schemas"]}
        />
        {change.isError ? <ErrorNote error={change.error} /> : null}
        {change.isSuccess ? <Note tone="good">Saved.</Note> : null}
        {mayManage ? (
          <div className="form-actions">
            <Button kind="primary" submit busy={change.isPending} disabled={fields === null}>
              Save changes
            </Button>
          </div>
        ) : null}
      </fieldset>
    </form>
  );
}

/** What differs from what is stored: the rest may be changed elsewhere meanwhile. Null: a schema cannot be read. */
function changedFields(type: EventTypeOut, draft: EventTypeDraft): EventTypeFields | null {
  const before = draftOf(type);
  const textOf = ({ schemas }: EventTypeDraft) =>
    JSON.stringify(schemas.map(({ version, text }) => [version, text]));
  const schemas = schemasOf(draft.schemas);
  if (schemas === null) return null;
  return {
    ...(draft.description === before.description ? {} : { description: draft.description }),
    ...(draft.group === before.group
      ? {}
      : { groupName: draft.group.trim() === "" ? null : draft.group.trim() }),
    ...(draft.flags === before.flags ? {} : { featureFlags: flagsIn(draft.flags) }),
    ...(draft.deprecated === before.deprecated ? {} : { deprecated: draft.deprecated }),
    ...(textOf(draft) === textOf(before) ? {} : { schemas: draft.schemas.length === 0 ? null : schemas }),
  };
}

function ArchiveOrDelete({ type }: { type: EventTypeOut }) {
  const archive = useChangeEventType(type.name);
  const remove = useDeleteEventType(type.name);
  return (
    <section>
      <h2>{type.archived ? "Bring back or delete" : "Archive or delete"}</h2>
      <p className="dim">
        {type.archived
          ? "It is archived: customers do not see it and cannot choose it. Endpoints that chose it before go on receiving it."
          : "Archived, it is gone from what customers see and choose. Endpoints that chose it before go on receiving it, and it can be brought back."}
      </p>
      <div className="form-actions">
        <Button onClick={() => archive.save({ archived: !type.archived })} busy={archive.isPending}>
          {type.archived ? "Unarchive" : "Archive"}
        </Button>
        <DeleteButton
          label="Delete event type"
          title="Delete this event type?"
          remove={remove}
          listHref="/event-types"
        >
          <p>
            <code>{type.name}</code> is removed with its description and all its schemas. This cannot be taken
            back.
          </p>
          <p>
            Messages of this type that were sent stay. Endpoints that chose it keep it, and receive what is
            still published under this name.
          </p>
        </DeleteButton>
      </div>
      {archive.isError ? <ErrorNote error={archive.error} /> : null}
    </section>
  );
}
