import { useState } from "react";
import { type Agent, type SeekTo, useSeek } from "../../api/agents.ts";
import { Confirm } from "../../parts/dialog.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";
import { TimeField } from "../../parts/time-field.tsx";

const PLACES = [
  ["end", "Now: skip all that is pending"],
  ["start", "The beginning: everything comes again"],
  ["position", "Behind an event, by its number"],
  ["time", "A moment: what was published from then on comes"],
] as const;

type Place = (typeof PLACES)[number][0];

/** To another place of the log. */
export function MoveAgent({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const seek = useSeek(agent.name);
  const [place, setPlace] = useState<Place>("end");
  const [position, setPosition] = useState(String(agent.acknowledgedUpTo));
  const [time, setTime] = useState<string | null>(null);
  const target = targetOf(place, { position, time });
  return (
    <Confirm
      title="Move this agent?"
      action="Move"
      onClose={onClose}
      onConfirm={() => {
        if (target !== null) seek.mutate(target, { onSuccess: onClose });
      }}
      busy={seek.isPending}
      disabled={target === null}
      error={seek.error}
    >
      <SelectField
        label="To"
        value={place}
        options={PLACES}
        onChange={(value) => setPlace(PLACES.find(([name]) => name === value)?.[0] ?? "end")}
      />
      {place === "position" ? (
        <TextField label="Event number" type="number" value={position} onChange={setPosition} />
      ) : null}
      {place === "time" ? <TimeField label="Moment" value={time} onChange={setTime} /> : null}
      <p className="dim small">
        Everything up to there counts as acknowledged, nothing beyond it does, and what its workers hold is
        free again.
      </p>
    </Confirm>
  );
}

function targetOf(
  place: Place,
  { position, time }: { position: string; time: string | null },
): SeekTo | null {
  if (place === "start" || place === "end") return { to: place };
  if (place === "position") return /^\d{1,12}$/.test(position) ? { to: Number(position) } : null;
  return time === null ? null : { time };
}
