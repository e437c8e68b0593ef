/** `posthorn events replay|recover|resend|cancel`: send again, or no more. */
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { path } from "../client.ts";
import { commaList, given, oneOf, pastTime } from "../options.ts";
import { type TaskStart, taskAnswer } from "../tasks.ts";

type Stretch = { since: string; until?: string; wait: boolean };
type ReplayOptions = Stretch & {
  missing?: boolean;
  type?: string[];
  channel?: string;
  tag?: string;
  status?: string;
};

const STATUSES: Readonly<Record<string, number>> = {
  success: 0,
  pending: 1,
  failed: 2,
  sending: 3,
  canceled: 4,
};

export function registerEventAgain(group: Command, cli: Cli): void {
  registerReplay(group, cli);
  registerResend(group, cli);

  const recover = withStretch(
    group
      .command("recover <app> <webhook>")
      .description("send a webhook again what failed, at most two weeks back"),
  );
  recover.action((app: string, webhook: string, options: Stretch) =>
    cli.run(recover, async (session) => {
      const client = await session.client();
      const at = path`/api/v1/app/${app}/endpoint/${webhook}/recover`;
      const begun = await client.post<TaskStart>(at, stretchOf(options, session.io.nowMs()));
      return taskAnswer(session, begun, options);
    }),
  );
}

function withStretch(command: Command): Command {
  return command
    .requiredOption("--since <time>", "from a time, or so long ago: 2h")
    .option("--until <time>", "before a time, or so long ago")
    .option("--no-wait", "do not wait: print the task's id");
}

function stretchOf({ since, until }: Stretch, nowMs: number) {
  return {
    since: pastTime(since, nowMs),
    ...(until === undefined ? {} : { until: pastTime(until, nowMs) }),
  };
}

function registerReplay(group: Command, cli: Cli): void {
  const replay = withStretch(
    group
      .command("replay <app> <webhook>")
      .description("send a webhook again what it was sent before, by conditions")
      .option("--missing", "instead, what it listens to now and was never sent")
      .option("--type <types>", "only these event types", commaList)
      .option("--channel <name>", "only of this channel")
      .option("--tag <name>", "only with this tag")
      .option(
        "--status <status>",
        "only what is success, pending, failed, sending or canceled",
        oneOf(...Object.keys(STATUSES)),
      ),
  ).addHelpText("after", "\n--missing takes no other condition than the times.");
  replay.action((app: string, webhook: string, options: ReplayOptions) =>
    cli.run(replay, async (session) => {
      const { missing, type, channel, tag, status } = options;
      const conditions = given({
        eventTypes: type,
        channel,
        tag,
        status: status === undefined ? undefined : STATUSES[status],
      });
      if (missing === true && Object.keys(conditions).length > 0) {
        replay.error("error: --missing takes no other condition than --since and --until");
      }
      const client = await session.client();
      const at = path`/api/v1/app/${app}/endpoint/${webhook}`;
      const stretch = stretchOf(options, session.io.nowMs());
      const begun = await client.post<TaskStart>(
        `${at}/${missing === true ? "replay-missing" : "bulk-replay"}`,
        {
          ...stretch,
          ...conditions,
        },
      );
      return taskAnswer(session, begun, options);
    }),
  );
}

function registerResend(group: Command, cli: Cli): void {
  const resend = group
    .command("resend <app> <event> <webhook>")
    .description("send one event to one webhook once more, outside the schedule");
  resend.action((app: string, event: string, webhook: string) =>
    cli.run(resend, async (session) => {
      const client = await session.client();
      await client.post(path`/api/v1/app/${app}/msg/${event}/endpoint/${webhook}/resend`, undefined);
      return {
        json: { resent: true, app, event, webhook },
        text: ({ paint }) =>
          `${paint("green", "✓")} Sent ${event} again; posthorn webhooks logs ${app} ${webhook} tells what came back`,
      };
    }),
  );
}
