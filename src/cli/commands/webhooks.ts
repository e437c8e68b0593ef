/** `posthorn webhooks …`: SwiftClaw's commands (seeds/swiftclaw) over the API's endpoints. */
import type { Command } from "commander";
import type { DeliveryStatusOut } from "../../contract/delivery-status.ts";
import type { EndpointWireOut } from "../../contract/endpoint-wire.ts";
import type { EndpointOut } from "../../contract/endpoints.ts";
import { windowText } from "../../core/alerts.ts";
import { inApplication } from "../applications.ts";
import type { Cli } from "../cli.ts";
import { type Client, path } from "../client.ts";
import { endpointFields, endpointTable, whyDisabled } from "../endpoint-view.ts";
import { withEventTypes } from "../event-types.ts";
import { CliFailure, EXIT, nothingToChange } from "../failure.ts";
import {
  type Bound,
  bound,
  boundIn,
  commaList,
  given,
  pairs,
  repeated,
  seconds,
  wholeNumber,
} from "../options.ts";
import { ago, fields, type View } from "../view.ts";

type Fields = {
  url?: string;
  events?: string[];
  uid?: string;
  description?: string;
  channels?: string[];
  rate?: Bound;
  secret?: string;
  header?: Record<string, string>;
  dialect?: string;
};
export type CreateOptions = Fields & {
  url: string;
  disabled?: boolean;
};
type UpdateOptions = Fields & {
  removeHeader?: string[];
  allEvents?: boolean;
  enable?: boolean;
  disable?: boolean;
};

export function registerWebhooks(group: Command, cli: Cli): void {
  registerCreate(group, cli);
  registerUpdate(group, cli);
  registerReads(group, cli);

  const remove = group
    .command("delete <app> <webhook>")
    .alias("rm")
    .description("delete a webhook; what it had waiting is cancelled");
  remove.action((app: string, webhook: string) =>
    cli.run(remove, async (session) => {
      const client = await session.client();
      await client.delete(path`/api/v1/app/${app}/endpoint/${webhook}`);
      return {
        json: { deleted: true, app, webhook },
        text: ({ paint }) => `${paint("green", "✓")} Deleted ${webhook}`,
      };
    }),
  );
}

function withFields(command: Command): Command {
  return command
    .option("--events <types>", "event types, separated by commas; left out: all", commaList)
    .option("--uid <uid>", "an id of your own, good wherever a webhook is named")
    .option("--description <text>", "a line about it")
    .option("--channels <names>", "only events of these channels", commaList)
    .option("--rate <n>", "at most so many requests a second; or none", bound)
    .option("--secret <secret>", "what it signs with; left out, one is made, or stays")
    .option("--header <name=value>", "sent with every request; may be repeated", pairs)
    .option("--dialect <name>", "how its requests look: see `posthorn dialects list`");
}

function bodyOf({ url, events, uid, description, channels, rate }: Fields) {
  return given({ url, eventTypes: events, uid, description, channels, throttleRate: boundIn(rate) });
}

function registerCreate(group: Command, cli: Cli): void {
  const create = withFields(
    group
      .command("create <app>")
      .description("create a webhook; an application of this name is made if there is none")
      .requiredOption("--url <url>", "where events are sent"),
  ).option("--disabled", "create it without sending to it yet");
  create.action((app: string, options: CreateOptions) =>
    cli.run(create, async (session) => {
      const client = await session.client();
      const place = { session, client, app };
      const add = () => withEventTypes(place, options.events, () => createEndpoint(client, app, options));
      const { result, applicationCreated } = await inApplication(place, add);
      const { result: endpoint, eventTypesCreated } = result;
      const secret = await secretOf(client, app, endpoint.id);
      return {
        json: { ...endpoint, secret, applicationCreated, eventTypesCreated },
        text: (view) =>
          [
            `${view.paint("green", "✓")} Created a webhook of ${app}`,
            endpointFields(view, endpoint, [["secret", secret ?? "none: it sends unsigned"]]),
            view.paint("dim", `Try it: posthorn webhooks test ${app} ${endpoint.uid ?? endpoint.id}`),
          ].join("\n"),
      };
    }),
  );
}

/**
 * A dialect is given to an endpoint that exists, and which secrets will do depends on it. So the endpoint is made
 * disabled, and enabled when it has both: nothing is ever sent as another dialect would.
 */
export async function createEndpoint(
  client: Client,
  app: string,
  options: CreateOptions,
): Promise<EndpointOut> {
  const { dialect, secret, header, disabled } = options;
  const at = path`/api/v1/app/${app}/endpoint`;
  const body = { ...bodyOf(options), ...given({ headers: header }) };
  if (dialect === undefined) {
    return client.post<EndpointOut>(at, { ...body, ...given({ secret, disabled }) });
  }
  const made = await client.post<EndpointOut>(at, { ...body, disabled: true });
  const its = path`/api/v1/app/${app}/endpoint/${made.id}`;
  try {
    await client.patch(`${its}/delivery-policy`, { dialect });
    if (secret !== undefined)
      await client.tell(`${its}/secret/rotate`, { key: secret, gracePeriodSeconds: 0 });
    return disabled === true ? made : await client.patch<EndpointOut>(its, { disabled: false });
  } catch (error) {
    await client.delete(its);
    throw error;
  }
}

/** Null for one that sends unsigned, and for a key that may not see it. */
export async function secretOf(client: Client, app: string, webhook: string): Promise<string | null> {
  try {
    const found = await client.find<{ key: string }>(path`/api/v1/app/${app}/endpoint/${webhook}/secret`);
    return found?.key ?? null;
  } catch (error) {
    if (error instanceof CliFailure && error.exitCode === EXIT.notAuthorised) return null;
    throw error;
  }
}

function registerUpdate(group: Command, cli: Cli): void {
  const update = withFields(
    group
      .command("update <app> <webhook>")
      .description("change a webhook; what is not named stays")
      .option("--url <url>", "where events are sent"),
  )
    .option("--remove-header <name>", "send it no longer; may be repeated", repeated)
    .option("--all-events", "send it every event type")
    .option("--enable", "send to it again")
    .option("--disable", "stop sending to it");
  update.action((app: string, webhook: string, options: UpdateOptions) =>
    cli.run(update, async (session) => {
      const body = { ...bodyOf(options), ...switches(options) };
      if (Object.keys(body).length === 0 && !hasMore(options)) {
        throw nothingToChange("webhooks update");
      }
      const client = await session.client();
      const at = path`/api/v1/app/${app}/endpoint/${webhook}`;
      await updateMore(client, at, options);
      const change = () =>
        Object.keys(body).length === 0 ? client.get<EndpointOut>(at) : client.patch<EndpointOut>(at, body);
      const place = { session, client };
      const { result: endpoint, eventTypesCreated } = await withEventTypes(place, options.events, change);
      return {
        json: { ...endpoint, eventTypesCreated },
        text: (view) => `${view.paint("green", "✓")} Updated ${webhook}\n${endpointFields(view, endpoint)}`,
      };
    }),
  );
}

/** What is not among the endpoint's own fields. */
function hasMore({ dialect, secret, header, removeHeader }: UpdateOptions): boolean {
  return [dialect, secret, header, removeHeader].some((option) => option !== undefined);
}

/** The dialect first: which secrets and headers will do depends on it. */
async function updateMore(client: Client, at: string, options: UpdateOptions): Promise<void> {
  const { dialect, secret, header, removeHeader } = options;
  if (dialect !== undefined) await client.patch(`${at}/delivery-policy`, { dialect });
  if (secret !== undefined) await client.tell(`${at}/secret/rotate`, { key: secret });
  if (header === undefined && removeHeader === undefined) return;
  await client.tell(`${at}/headers`, given({ headers: header, deleteHeaders: removeHeader }), "PATCH");
}

function switches({ allEvents, enable, disable }: UpdateOptions) {
  return {
    ...(allEvents === true ? { eventTypes: null } : {}),
    ...(enable === true ? { disabled: false } : {}),
    ...(disable === true ? { disabled: true } : {}),
  };
}

function registerReads(group: Command, cli: Cli): void {
  const list = group
    .command("list <app>")
    .alias("ls")
    .description("list an application's webhooks, newest first")
    .option("--limit <n>", "at most so many", wholeNumber(1), 50)
    .option("--all", "all of them");
  list.action((app: string, { limit, all }: { limit: number; all?: boolean }) =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const endpoints = await client.list<EndpointOut>(path`/api/v1/app/${app}/endpoint`, {
        limit: all === true ? null : limit,
      });
      return {
        json: endpoints,
        text: (view) =>
          endpoints.length > 0
            ? endpointTable(view, endpoints)
            : view.paint(
                "dim",
                `${app} has no webhooks; \`posthorn webhooks create ${app} --url https://…\` makes one`,
              ),
      };
    }),
  );

  const get = group
    .command("get <app> <webhook>")
    .description("show a webhook, its dialect and its schedule, and why it is disabled");
  get.action((app: string, webhook: string) =>
    cli.run(get, async (session) => {
      const client = await session.client();
      const at = path`/api/v1/app/${app}/endpoint/${webhook}`;
      const [endpoint, policy, { disabledReason }] = await Promise.all([
        client.get<EndpointOut>(at),
        client.get<{ dialect: string; retrySchedule: number[] }>(`${at}/delivery-policy`),
        client.get<EndpointWireOut>(`${at}/wire`),
      ]);
      return {
        json: { ...endpoint, policy, disabledReason },
        text: (view) =>
          endpointFields(view, endpoint, [
            ["disabled because", endpoint.disabled ? whyDisabled(disabledReason) : null],
            ["dialect", policy.dialect],
            ["retries after", policy.retrySchedule.map(windowText).join(" ")],
          ]),
      };
    }),
  );

  registerSecret(group, cli);
}

function registerSecret(group: Command, cli: Cli): void {
  const secret = group
    .command("secret <app> <webhook>")
    .description("show what a webhook signs with, or replace it")
    .option("--rotate", "make a new one; the old one signs beside it for a day")
    .option("--set <secret>", "replace it with this one")
    .option("--grace <span>", "how long the old one signs beside it: 1h, or seconds", seconds(0));
  secret.action((app: string, webhook: string, options: { rotate?: boolean; set?: string; grace?: number }) =>
    cli.run(secret, async (session) => {
      const client = await session.client();
      const at = path`/api/v1/app/${app}/endpoint/${webhook}/secret`;
      const { rotate, set, grace } = options;
      const replaced = rotate === true || set !== undefined;
      if (replaced) await client.tell(`${at}/rotate`, given({ key: set, gracePeriodSeconds: grace }));
      const found = await client.get<{ key: string }>(at);
      if (replaced) session.note("Replaced; give the receiver the new one");
      return { json: found, text: () => found.key };
    }),
  );

  const status = group
    .command("status <app> <webhook>")
    .description("tell how delivery stands: backlog, failures, circuit breaker");
  status.action((app: string, webhook: string) =>
    cli.run(status, async (session) => {
      const client = await session.client();
      const at = path`/api/v1/app/${app}/endpoint/${webhook}/delivery-status`;
      const found = await client.get<DeliveryStatusOut>(at);
      return { json: found, text: (view) => statusText(view, found) };
    }),
  );
}

function statusText(view: View, status: DeliveryStatusOut): string {
  const { state, nextProbe } = status.breaker;
  const behind = status.head - status.position;
  return fields(view, [
    ["circuit breaker", { text: state, style: state === "closed" ? "green" : "red" }],
    ["next probe", nextProbe === null ? null : ago(view, nextProbe)],
    [
      "failing since",
      status.failingSince === null ? null : { text: ago(view, status.failingSince), style: "red" },
    ],
    ["succeeded", String(status.succeeded)],
    ["failed attempts", String(status.failed)],
    ["waiting", String(status.waiting)],
    ["in flight", String(status.inFlight)],
    // The position is a mark that is moved on now and then: what came after it may have been sent.
    ["not taken yet", behind === 0 ? "nothing" : `at most ${behind} of ${status.head} events`],
  ]);
}
