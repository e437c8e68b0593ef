import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { z } from "zod";
import type { ReplayCountOut } from "../../../contract/background-tasks.ts";
import { useApp } from "../../api/context.tsx";
import { endpointPath } from "../../api/endpoints.ts";
import { useEventTypes } from "../../api/session.ts";
import { useReplay } from "../../api/tasks.ts";
import { Button } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Loaded } from "../../parts/feedback.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";
import { SinceField, sinceText } from "../../parts/since-field.tsx";
import { TaskProgress } from "../../parts/task-progress.tsx";

type Filter = { since: string; eventType: string; status: string; tag: string; channel: string };

const STATUSES = [
  ["", "Any"],
  ["0", "Delivered"],
  ["2", "Failed"],
  ["4", "Canceled"],
] as const;

/** By conditions, with a count of what will be sent before it begins. */
export function BulkReplay({ endpointId }: { endpointId: string }) {
  const eventTypes = useEventTypes();
  const [age, setAge] = useState("86400");
  const [filter, setFilter] = useState({ eventType: "", status: "", tag: "", channel: "" });
  const [asked, setAsked] = useState<Filter | null>(null);
  const replay = useReplay(endpointId, "bulk-replay");
  const set = (part: Partial<typeof filter>) => setFilter({ ...filter, ...part });
  const types = (eventTypes.data ?? []).map(({ name }): [string, string] => [name, name]);
  return (
    <section>
      <h2>Replay by conditions</h2>
      <p className="dim">Sends again what was sent before, delivered or not, where all of these hold.</p>
      <div className="filters">
        <SinceField value={age} onChange={setAge} />
        <SelectField
          label="Event type"
          value={filter.eventType}
          options={[["", "Any"], ...types]}
          onChange={(eventType) => set({ eventType })}
        />
        <SelectField
          label="Status"
          value={filter.status}
          options={STATUSES}
          onChange={(status) => set({ status })}
        />
        <TextField label="Channel" value={filter.channel} onChange={(channel) => set({ channel })} />
        <TextField label="Tag" value={filter.tag} onChange={(tag) => set({ tag })} />
      </div>
      <Button onClick={() => setAsked({ since: sinceText(age), ...filter })}>Count and replay…</Button>
      {replay.data === undefined ? null : <TaskProgress id={replay.data.id} />}
      {asked === null ? null : (
        <Confirm
          title="Replay these messages?"
          action="Replay"
          danger={false}
          onClose={() => setAsked(null)}
          onConfirm={() => replay.mutate(bodyOf(asked), { onSuccess: () => setAsked(null) })}
          busy={replay.isPending}
          error={replay.error}
        >
          <Count endpointId={endpointId} filter={asked} />
        </Confirm>
      )}
    </section>
  );
}

function Count({ endpointId, filter }: { endpointId: string; filter: Filter }) {
  const { api, path } = useApp();
  const json = bodyOf(filter);
  const count = useQuery({
    queryKey: ["count", endpointId, json],
    queryFn: () =>
      api.json<z.output<typeof ReplayCountOut>>(path + endpointPath(endpointId, "/bulk-replay/count"), {
        method: "POST",
        json,
      }),
  });
  return (
    <Loaded query={count}>
      {({ messages, withoutPayload, approximated }) => (
        <p>
          <strong>
            {approximated ? "At least " : ""}
            {messages} {messages === 1 ? "message" : "messages"} will be sent.
          </strong>{" "}
          {withoutPayload === 0
            ? null
            : `${withoutPayload} more ${withoutPayload === 1 ? "fits, but its payload is" : "fit, but their payloads are"} gone. `}
          Your server gets them again, with the same ids.
        </p>
      )}
    </Loaded>
  );
}

function bodyOf({ since, eventType, status, tag, channel }: Filter) {
  return {
    since,
    eventTypes: eventType === "" ? [] : [eventType],
    status: status === "" ? null : Number(status),
    tag: tag || null,
    channel: channel || null,
  };
}
