/** `posthorn alerts …` (seeds/swiftclaw, "Monitor Failures"). */
import type { Command } from "commander";
import type { AlertRuleOut } from "../../contract/alerts.ts";
import { inApplication } from "../applications.ts";
import type { Cli } from "../cli.ts";
import { path } from "../client.ts";
import { usageFailure } from "../failure.ts";
import { given, wholeNumber } from "../options.ts";
import { ago, table } from "../view.ts";

type CreateOptions = {
  agent?: string;
  metric: string;
  threshold: number;
  window: string;
  webhook?: string;
  name?: string;
};

export function registerAlerts(group: Command, cli: Cli): void {
  registerCreate(group, cli);

  const list = group.command("list <app>").alias("ls").description("list an application's alert rules");
  list.action((app: string) =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const rules = await client.list<AlertRuleOut>(path`/api/v1/app/${app}/alert`, { limit: null });
      return {
        json: rules,
        text: (view) =>
          rules.length === 0
            ? view.paint("dim", `${app} has no alert rules`)
            : table(
                view,
                [
                  { title: "id", style: "bold", whole: true },
                  { title: "metric" },
                  { title: "threshold", align: "right" },
                  { title: "window", align: "right" },
                  { title: "webhook" },
                  { title: "last fired" },
                ],
                rules.map(({ id, metric, threshold, window, endpointId, lastFiredAt }) => [
                  id,
                  metric,
                  String(threshold),
                  window,
                  endpointId ?? "all",
                  ago(view, lastFiredAt),
                ]),
              ),
      };
    }),
  );

  const remove = group.command("delete <app> <alert>").alias("rm").description("delete an alert rule");
  remove.action((app: string, alert: string) =>
    cli.run(remove, async (session) => {
      const client = await session.client();
      await client.delete(path`/api/v1/app/${app}/alert/${alert}`);
      return {
        json: { deleted: true, app, alert },
        text: ({ paint }) => `${paint("green", "✓")} Deleted ${alert}`,
      };
    }),
  );

  const email = group
    .command("email <app> [addresses]")
    .description("set whom alerts are mailed to, separated by commas; without addresses: nobody");
  email.action((app: string, addresses: string | undefined) =>
    cli.run(email, async (session) => {
      const client = await session.client();
      const set = { email: addresses ?? null };
      await client.tell(path`/api/v1/app/${app}/alert-email`, set, "PATCH");
      return {
        json: { app, ...set },
        text: ({ paint }) => `${paint("green", "✓")} Alerts of ${app} are mailed to ${addresses ?? "nobody"}`,
      };
    }),
  );
}

function registerCreate(group: Command, cli: Cli): void {
  const create = group
    .command("create [app]")
    .description("be told when an application's webhooks fail; it is made if there is none of this name")
    .option("--agent <app>", "the application, as SwiftClaw names it")
    .requiredOption("--metric <name>", "webhook-failures (attempts) or webhook-exhausted (events given up)")
    .requiredOption("--threshold <n>", "at so many", wholeNumber(1))
    .requiredOption("--window <span>", "within such a span: 15m, 1h, 1d")
    .option("--webhook <webhook>", "count only this webhook's")
    .option("--name <text>", "a name for the rule");
  create.action((argument: string | undefined, options: CreateOptions) =>
    cli.run(create, async (session) => {
      const app = argument ?? options.agent;
      if (app === undefined) throw usageFailure("Which application? Name it with --agent");
      const client = await session.client();
      const { metric, threshold, window, webhook, name } = options;
      const body = { metric, threshold, window, ...given({ endpointId: webhook, name }) };
      const at = path`/api/v1/app/${app}/alert`;
      const add = () => client.post<AlertRuleOut>(at, body);
      const { result: rule, applicationCreated } = await inApplication({ session, client, app }, add);
      return {
        json: { ...rule, applicationCreated },
        text: ({ paint }) =>
          [
            `${paint("green", "✓")} Alert ${paint("bold", rule.id)}: ${metric} of ${app}, ${threshold} within ${rule.window}`,
            paint("dim", `Who is mailed: posthorn alerts email ${app} you@example.com`),
          ].join("\n"),
      };
    }),
  );
}
