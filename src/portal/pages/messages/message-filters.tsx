import type { MessageFilter } from "../../api/messages.ts";
import { useEventTypes } from "../../api/session.ts";
import { EndpointPicker } from "../../parts/endpoint-picker.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";
import { TimeField } from "../../parts/time-field.tsx";

export const NO_FILTER: MessageFilter = {
  eventType: null,
  channel: null,
  tag: null,
  after: null,
  before: null,
  endpointId: null,
  status: null,
  overall: null,
};

const STATUSES_THERE = [
  ["", "Any"],
  ["0", "Delivered"],
  ["3", "Retrying"],
  ["1", "Waiting"],
  ["2", "Failed"],
  ["4", "Canceled"],
] as const;

const STATUSES = [
  ["", "Any"],
  ["failed", "Failed at one"],
  ["pending", "On the way"],
  ["delivered", "Delivered"],
  ["canceled", "Canceled"],
  ["nowhere", "Went nowhere"],
] as const;

type FiltersProps = { filter: MessageFilter; onChange: (part: Partial<MessageFilter>) => void };

/** What to look for. */
export function Filters({ filter, onChange }: FiltersProps) {
  const eventTypes = useEventTypes();
  const types = (eventTypes.data ?? []).map(({ name }): [string, string] => [name, name]);
  const setOverall = (text: string) =>
    onChange({
      overall: STATUSES.map(([name]) => name).find((name) => name !== "" && name === text) || null,
    });
  return (
    <details className="advanced filter-box" open={filter !== NO_FILTER}>
      <summary>Filter</summary>
      <div className="filters">
        <SelectField
          label="Event type"
          value={filter.eventType ?? ""}
          options={[["", "Any"], ...types]}
          onChange={(eventType) => onChange({ eventType: eventType || null })}
        />
        <EndpointPicker
          value={filter.endpointId ?? ""}
          none="Any, or none"
          onChange={(id) => onChange({ endpointId: id || null, status: null, overall: null })}
        />
        {filter.endpointId === null ? (
          <SelectField label="Status" value={filter.overall ?? ""} options={STATUSES} onChange={setOverall} />
        ) : (
          <SelectField
            label="Status there"
            value={filter.status ?? ""}
            options={STATUSES_THERE}
            onChange={(status) => onChange({ status: status || null })}
          />
        )}
        <TextField
          label="Channel"
          value={filter.channel ?? ""}
          onChange={(channel) => onChange({ channel: channel || null })}
        />
        <TextField label="Tag" value={filter.tag ?? ""} onChange={(tag) => onChange({ tag: tag || null })} />
        <TimeField label="After" value={filter.after} onChange={(after) => onChange({ after })} />
        <TimeField label="Before" value={filter.before} onChange={(before) => onChange({ before })} />
      </div>
    </details>
  );
}
