import { useId, useState } from "react";
import type { EventTypeOut } from "../../../contract/event-types.ts";

/** What of an event type a choice needs. */
export type Choosable = Pick<EventTypeOut, "name" | "description" | "groupName" | "deprecated">;

export type Choice = { all: boolean; names: string[] };

type PickerProps = {
  eventTypes: Choosable[];
  /** Whether everything, future types too, may be subscribed to. */
  mayChooseAll: boolean;
  value: Choice;
  onChange: (choice: Choice) => void;
  error?: string | undefined;
};

const SEARCH_FROM = 8;

export function EventTypePicker({ eventTypes, mayChooseAll, value, onChange, error }: PickerProps) {
  const [search, setSearch] = useState("");
  const searchId = useId();
  const groups = [...Map.groupBy(eventTypes.filter(matching(search)), groupOf)];
  // Types that are gone from the catalogue stay chosen until somebody unticks them.
  const unknown = value.names.filter((name) => !eventTypes.some((type) => type.name === name));
  const toggle = (name: string, chosen: boolean) =>
    onChange({
      all: false,
      names: chosen ? [...value.names, name] : value.names.filter((other) => other !== name),
    });
  return (
    <fieldset className="picker" aria-invalid={error !== undefined}>
      <legend>Event types</legend>
      {mayChooseAll ? (
        <label className="check">
          <input
            type="checkbox"
            checked={value.all}
            onChange={(event) => onChange({ ...value, all: event.target.checked })}
          />
          All events, also types that are added later
        </label>
      ) : null}
      {value.all || eventTypes.length === 0 ? null : (
        <>
          {eventTypes.length < SEARCH_FROM ? null : (
            <>
              <label htmlFor={searchId} className="hidden">
                Search event types
              </label>
              <input
                id={searchId}
                type="search"
                placeholder="Search event types"
                value={search}
                onChange={(event) => setSearch(event.target.value)}
              />
            </>
          )}
          <div className="picker-list">
            {groups.map(([group, types]) => (
              <div key={group}>
                <div className="picker-group">{group}</div>
                {types.map((type) => (
                  <TypeBox key={type.name} type={type} chosen={value.names} onToggle={toggle} />
                ))}
              </div>
            ))}
            {groups.length === 0 ? <p className="dim">No type matches.</p> : null}
          </div>
          {unknown.map((name) => (
            <label className="check" key={name}>
              <input type="checkbox" checked onChange={() => toggle(name, false)} />
              <code>{name}</code>
            </label>
          ))}
        </>
      )}
      <p className={error === undefined ? "hint" : "hint hint-bad"} role={error ? "alert" : undefined}>
        {error ?? (value.all ? "" : chosenText(value.names))}
      </p>
    </fieldset>
  );
}

type BoxProps = { type: Choosable; chosen: string[]; onToggle: (name: string, chosen: boolean) => void };

function TypeBox({ type, chosen, onToggle }: BoxProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={chosen.includes(type.name)}
        onChange={(event) => onToggle(type.name, event.target.checked)}
      />
      <span>
        <code>{type.name}</code>
        {type.deprecated ? <span className="dim small"> deprecated</span> : null}
        {type.description === "" ? null : <span className="dim small block">{type.description}</span>}
      </span>
    </label>
  );
}

function chosenText(names: string[]): string {
  return names.length === 0 ? "None chosen" : `Chosen: ${names.join(", ")}`;
}

function matching(search: string): (type: Choosable) => boolean {
  const wanted = search.trim().toLowerCase();
  return ({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted);
}

export function groupOf({ name, groupName }: Pick<EventTypeOut, "name" | "groupName">): string {
  return groupName ?? (name.includes(".") ? (name.split(".")[0] ?? name) : "Other");
}
