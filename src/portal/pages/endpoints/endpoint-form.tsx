import { type FormEvent, useState } from "react";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import type { EnvironmentSettingsOut } from "../../../contract/environment.ts";
import type { EventTypeOut } from "../../../contract/event-types.ts";
import { problemsOf } from "../../api/client.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { ErrorNote } from "../../parts/feedback.tsx";
import { TextField } from "../../parts/field.tsx";
import { UseInboxButton } from "../inbox/use-inbox-button.tsx";
import { type Choice, EventTypePicker } from "./event-type-picker.tsx";
import { type HeaderLine, headersOf } from "./header-draft.ts";
import { HeaderLines } from "./header-lines.tsx";

/** The body of a POST or PATCH. */
export type EndpointFields = {
  url: string;
  description: string;
  eventTypes: string[] | null;
  throttleRate: number | null;
  channels: string[] | null;
  headers?: Record<string, string>;
  secret?: string;
};

type FormProps = {
  /** Null: a new one, which may also be given headers and a secret. */
  endpoint: EndpointOut | null;
  catalogue: EventTypeOut[];
  settings: EnvironmentSettingsOut;
  onSubmit: (fields: EndpointFields) => void;
  busy: boolean;
  error: unknown;
};

const CHOOSE = "Choose at least one event type.";

export function EndpointForm({ endpoint, catalogue, settings, onSubmit, busy, error }: FormProps) {
  const mayChooseAll = !settings.requireEndpointFilterTypes || catalogue.length === 0;
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [description, setDescription] = useState(endpoint?.description ?? "");
  const [choice, setChoice] = useState<Choice>(() => firstChoice(endpoint, mayChooseAll));
  const [rate, setRate] = useState(endpoint?.throttleRate?.toString() ?? "");
  const [channels, setChannels] = useState(endpoint?.channels?.join(", ") ?? "");
  const [headers, setHeaders] = useState<HeaderLine[]>([]);
  const [secret, setSecret] = useState("");
  const [missing, setMissing] = useState(false);
  const fields = problemsOf(error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isMissing = !choice.all && choice.names.length === 0;
    setMissing(isMissing);
    if (isMissing) return;
    onSubmit({
      url: url.trim(),
      description,
      eventTypes: choice.all ? null : choice.names,
      throttleRate: rate === "" ? null : Number(rate),
      channels: channelsIn(channels),
      ...(endpoint === null ? { headers: headersOf(headers) } : {}),
      ...(secret === "" ? {} : { secret }),
    });
  };
  return (
    <form onSubmit={submit} className="stack form">
      <TextField
        label="Endpoint URL"
        type="url"
        value={url}
        onChange={setUrl}
        placeholder="https://example.com/webhooks"
        error={fields["url"]}
        hint={endpoint === null ? <UseInboxButton onUrl={setUrl} /> : undefined}
        required
        mono
      />
      <TextField label="Description" optional value={description} onChange={setDescription} />
      <EventTypePicker
        eventTypes={catalogue}
        mayChooseAll={mayChooseAll || endpoint?.eventTypes === null}
        value={choice}
        onChange={setChoice}
        error={missing && !choice.all && choice.names.length === 0 ? CHOOSE : fields["eventTypes"]}
      />
      <details className="advanced">
        <summary>More settings</summary>
        <div className="stack">
          <TextField
            label="Rate limit"
            optional
            type="number"
            value={rate}
            onChange={setRate}
            error={fields["throttleRate"]}
            hint="At most this many requests in a second; more wait."
          />
          {settings.enableChannels ? (
            <TextField
              label="Channels"
              optional
              value={channels}
              onChange={setChannels}
              error={fields["channels"]}
              hint="Only messages of one of these, separated by commas."
            />
          ) : null}
          {endpoint === null ? (
            <>
              <TextField
                label="Signing secret"
                optional
                value={secret}
                onChange={setSecret}
                error={fields["secret"]}
                hint="Left empty, one is generated."
                mono
              />
              <HeaderLines lines={headers} onChange={setHeaders} error={fields["headers"]} />
            </>
          ) : null}
        </div>
      </details>
      {error ? <ErrorNote error={error} /> : null}
      <div className="form-actions">
        <Button kind="primary" submit busy={busy}>
          {endpoint === null ? "Create endpoint" : "Save changes"}
        </Button>
        {endpoint === null ? <ButtonLink href="/endpoints">Cancel</ButtonLink> : null}
      </div>
    </form>
  );
}

function firstChoice(endpoint: EndpointOut | null, mayChooseAll: boolean): Choice {
  if (endpoint === null) return { all: mayChooseAll, names: [] };
  return { all: endpoint.eventTypes === null, names: endpoint.eventTypes ?? [] };
}

function channelsIn(text: string): string[] | null {
  const channels = text
    .split(",")
    .map((channel) => channel.trim())
    .filter((channel) => channel !== "");
  return channels.length === 0 ? null : channels;
}
