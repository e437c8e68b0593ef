/** A dialect in words, for who does not read its JSON. */
import type { DialectOut } from "../../../../contract/dialects.ts";
import { durationText } from "../../../parts/duration.ts";
import { rangesText, SOURCES, TIMESTAMP_FORMATS } from "./dialect-draft.ts";

export function dialectWords(dialect: DialectOut): [term: string, text: string][] {
  const { headers, retrySchedule, timeoutSeconds, jitter } = dialect;
  const headerText = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const waits = retrySchedule.map(durationText).join(", ");
  return [
    ["Body", bodyText(dialect.envelope)],
    ["Ids begin with", dialect.idPrefix],
    ["Signature", signatureText(dialect.signature)],
    ["Other headers", headerText.length === 0 ? "None" : headerText.join("; ")],
    [
      "After a failure, wait",
      waits === "" ? "It is not tried again" : `${waits}${jitter ? ", ±20 %" : ", exactly"}`,
    ],
    ["Timeout", durationText(timeoutSeconds)],
    ["Tried again", retriedText(dialect.retried)],
    ["On 410", dialect.disableOnGone ? "The endpoint is disabled" : "Nothing special"],
    [
      "Receivers may say",
      dialect.deliveryControl
        ? "webhook-delivery: disable, or abort-message, in a response header"
        : "Nothing about further deliveries",
    ],
  ];
}

function bodyText(envelope: DialectOut["envelope"]): string {
  if (envelope.kind === "payload") return "The payload as it was published";
  const fields = envelope.fields.map(({ name, source }) => `${name} (${sourceText(source)})`);
  const time = TIMESTAMP_FORMATS.find(([format]) => format === envelope.timestampFormat)?.[1];
  return `An object of ${fields.join(", ")}; times like ${time ?? envelope.timestampFormat}`;
}

function sourceText(source: string): string {
  const text = SOURCES.find(([name]) => name === source)?.[1] ?? source;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export function signatureText(signature: DialectOut["signature"]): string {
  if (signature.scheme === "standard") {
    const { headerPrefix } = signature;
    return `Standard Webhooks, in ${headerPrefix}-id, ${headerPrefix}-timestamp and ${headerPrefix}-signature`;
  }
  const { header, valuePrefix, encoding, secretOptional } = signature;
  const optional = secretOptional ? "; only if the endpoint has a secret" : "";
  return `HMAC-SHA256 of the body, ${encoding}, in ${header}: ${valuePrefix}…${optional}`;
}

function retriedText({ networkErrors, timeouts, statuses }: DialectOut["retried"]): string {
  const kinds = [
    ...(networkErrors ? ["network errors"] : []),
    ...(timeouts ? ["timeouts"] : []),
    ...(statuses.length === 0 ? [] : [`answers ${rangesText(statuses)}`]),
  ];
  return kinds.length === 0 ? "Nothing" : kinds.join(", ");
}
