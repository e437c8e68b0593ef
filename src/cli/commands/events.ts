/** `posthorn events send|list|get`. */
import type { Command } from "commander";
import type { MessageAttemptOut } from "../../contract/attempts.ts";
import type { EndpointOut } from "../../contract/endpoints.ts";
import type { MessageOut } from "../../contract/messages.ts";
import { isObject } from "../../core/json-object.ts";
import { inApplication } from "../applications.ts";
import type { Cli } from "../cli.ts";
import { path } from "../client.ts";
import { statusCell } from "../endpoint-view.ts";
import { usageFailure } from "../failure.ts";
import { readJsonArgument } from "../files.ts";
import { formatJson } from "../json-text.ts";
import { commaList, futureTime, given, pastTime, wholeNumber } from "../options.ts";
import { ago, fields, table, type View } from "../view.ts";

export function registerEvents(group: Command, cli: Cli): void {
  registerSend(group, cli);
  registerList(group, cli);
  registerGet(group, cli);
}

type SendOptions = { id?: string; channels?: string[]; tags?: string[]; deliverAt?: string };

function registerSend(group: Command, cli: Cli): void {
  const send = group
    .command("send <app> <type> [payload]")
    .description("publish an event; the payload is JSON, @file, or - for stdin")
    .option("--id <id>", "an event id of your own: sent twice, it is published once")
    .option("--channels <names>", "channels, separated by commas", commaList)
    .option("--tags <names>", "tags, separated by commas", commaList)
    .option("--deliver-at <time>", "not before a time, or in so long: 10m");
  send.action((app: string, type: string, argument: string | undefined, options: SendOptions) =>
    cli.run(send, async (session) => {
      const payload = await readJsonArgument(session.io, argument ?? "{}");
      if (!isObject(payload.value))
        throw usageFailure("The payload must be a JSON object", "Like '{\"a\": 1}'");
      const { id, channels, tags, deliverAt } = options;
      const rest = given({
        eventId: id,
        channels,
        tags,
        deliverAt: deliverAt === undefined ? undefined : futureTime(deliverAt, session.io.nowMs()),
      });
      const client = await session.client();
      const head = JSON.stringify({ eventType: type, ...rest });
      // The payload goes out as it was given, digit by digit.
      const rawJson = `${head.slice(0, -1)},"payload":${payload.text}}`;
      const at = path`/api/v1/app/${app}/msg`;
      const publish = () => client.post<MessageOut>(at, { rawJson });
      const { result: message, applicationCreated } = await inApplication({ session, client, app }, publish);
      return {
        json: { ...message, applicationCreated },
        text: ({ paint }) =>
          [
            `${paint("green", "✓")} Published ${type} as ${paint("bold", message.id)}`,
            paint("dim", `What becomes of it: posthorn events get ${app} ${message.id}`),
          ].join("\n"),
      };
    }),
  );
}

type ListOptions = {
  type?: string[];
  channel?: string;
  tag?: string;
  since?: string;
  until?: string;
  limit: number;
  payload?: boolean;
};

function registerList(group: Command, cli: Cli): void {
  const list = group
    .command("list <app>")
    .alias("ls")
    .description("list an application's events, newest first")
    .option("--type <types>", "only these event types", commaList)
    .option("--channel <name>", "only of this channel")
    .option("--tag <name>", "only with this tag")
    .option("--since <time>", "from a time, or so long ago: 2h")
    .option("--until <time>", "before a time, or so long ago")
    .option("--limit <n>", "at most so many", wholeNumber(1), 20)
    .option("--payload", "show the payloads");
  list.action((app: string, options: ListOptions) =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const { type, channel, tag, since, until, limit, payload } = options;
      const nowMs = session.io.nowMs();
      const events = await client.list<MessageOut>(path`/api/v1/app/${app}/msg`, {
        limit,
        query: {
          channel,
          tag,
          event_types: type?.join(","),
          after: since === undefined ? null : pastTime(since, nowMs),
          before: until === undefined ? null : pastTime(until, nowMs),
        },
      });
      return { json: events, text: (view) => eventTable(view, events, payload === true) };
    }),
  );
}

function eventTable(view: View, events: readonly MessageOut[], payloads: boolean): string {
  if (events.length === 0) return view.paint("dim", "No events");
  return table(
    view,
    [
      { title: "when", style: "dim" },
      { title: "id", style: "bold", whole: true },
      { title: "type" },
      { title: "event id" },
      ...(payloads ? [{ title: "payload" }] : []),
    ],
    events.map(({ timestamp, id, eventType, eventId, payload }) => [
      ago(view, timestamp),
      id,
      eventType,
      eventId ?? "–",
      ...(payloads ? [JSON.stringify(payload)] : []),
    ]),
  );
}

type Standing = EndpointOut & Pick<MessageAttemptOut, "statusText" | "nextAttempt">;

function registerGet(group: Command, cli: Cli): void {
  const get = group
    .command("get <app> <event>")
    .description("show an event, its payload and how it stands with every webhook");
  get.action((app: string, event: string) =>
    cli.run(get, async (session) => {
      const client = await session.client();
      const at = path`/api/v1/app/${app}/msg/${event}`;
      const [message, webhooks] = await Promise.all([
        client.get<MessageOut>(at),
        client.list<Standing>(`${at}/endpoint`, { limit: null, query: { expanded_statuses: true } }),
      ]);
      return { json: { ...message, webhooks }, text: (view) => eventText(view, message, webhooks) };
    }),
  );
}

function eventText(view: View, message: MessageOut, webhooks: readonly Standing[]): string {
  const head = fields(view, [
    ["id", { text: message.id, style: "bold" }],
    ["type", message.eventType],
    ["event id", message.eventId],
    ["channels", message.channels?.join(", ") ?? null],
    ["tags", message.tags?.join(", ") ?? null],
    ["accepted", message.timestamp],
    ["not before", message.deliverAt],
  ]);
  const standings =
    webhooks.length === 0
      ? view.paint("dim", "No webhook listens to it")
      : table(
          view,
          [{ title: "webhook" }, { title: "url" }, { title: "result" }, { title: "next try" }],
          webhooks.map(({ id, uid, url, statusText, nextAttempt }) => [
            uid ?? id,
            url,
            statusCell(statusText),
            ago(view, nextAttempt),
          ]),
        );
  // JSON's own escapes leave no control character to steer a terminal with, but for these.
  const payload = formatJson(message.payload).replaceAll(/[\u007f-\u009f]|\p{Cf}/gu, "�");
  return [head, "", payload, "", standings].join("\n");
}
