/** `posthorn stats`, and `posthorn tasks …` that such counting runs as. */
import type { Command } from "commander";
import type { EndpointStatsOut } from "../../contract/attempts.ts";
import type { BackgroundTaskOut } from "../../contract/background-tasks.ts";
import type { EndpointOut } from "../../contract/endpoints.ts";
import type { Cli } from "../cli.ts";
import { type Client, path } from "../client.ts";
import { EXIT } from "../failure.ts";
import { pastTime, wholeNumber } from "../options.ts";
import type { Answer, Session } from "../session.ts";
import { finishedAnswer, progressOf, type TaskStart, taskAnswer, taskText, waitForTask } from "../tasks.ts";
import { ago, type Cell, table } from "../view.ts";

type StatsOptions = { since: string; until: string; wait: boolean };

export function registerStats(program: Command, cli: Cli): void {
  const stats = program
    .command("stats [app]")
    .description("count deliveries: of every application, or of each webhook of one")
    .option("--since <time>", "from a time, or so long ago", "7d")
    .option("--until <time>", "before a time, or so long ago", "now")
    .option("--no-wait", "do not wait: print the task's id (without an application)");
  stats.action((app: string | undefined, options: StatsOptions) =>
    cli.run(stats, async (session) => {
      const nowMs = session.io.nowMs();
      const stretch = { since: pastTime(options.since, nowMs), until: pastTime(options.until, nowMs) };
      return app === undefined ? allApps(session, stretch, options) : oneApp(session, app, stretch);
    }),
  );
}

type Stretch = { since: string; until: string };
type AppStat = { appId: string; appUid: string | null; messageDestinations: number };

async function allApps(session: Session, stretch: Stretch, { wait }: { wait: boolean }): Promise<Answer> {
  const client = await session.client();
  const begun = await client.post<TaskStart>("/api/v1/stats/usage/app", stretch);
  if (!wait) return taskAnswer(session, begun, { wait });
  const task = await waitForTask(session, begun.id);
  if (task.status === "failed") return finishedAnswer(task);
  const counted = Array.isArray(task.data.appStats) ? (task.data.appStats as AppStat[]) : [];
  return {
    json: { ...stretch, apps: counted },
    text: (view) =>
      table(
        view,
        [
          { title: "application", style: "bold", whole: true },
          { title: "uid", whole: true },
          { title: "attempts", align: "right" },
        ],
        counted.map(({ appId, appUid, messageDestinations }) => [
          appId,
          appUid ?? "–",
          String(messageDestinations),
        ]),
      ),
  };
}

const AT_ONCE = 8;

async function oneApp(session: Session, app: string, stretch: Stretch): Promise<Answer> {
  const client = await session.client();
  const endpoints = await client.list<EndpointOut>(path`/api/v1/app/${app}/endpoint`, { limit: null });
  const webhooks: (EndpointStatsOut & { id: string; uid: string | null; url: string })[] = [];
  for (let at = 0; at < endpoints.length; at += AT_ONCE) {
    webhooks.push(
      ...(await Promise.all(
        endpoints.slice(at, at + AT_ONCE).map((one) => counted(client, app, one, stretch)),
      )),
    );
  }
  return {
    json: { ...stretch, webhooks },
    text: (view) =>
      webhooks.length === 0
        ? view.paint("dim", `${app} has no webhooks`)
        : table(
            view,
            [
              { title: "webhook", style: "bold", whole: true },
              { title: "url" },
              { title: "success", align: "right" },
              { title: "failed", align: "right" },
              { title: "under way", align: "right" },
              { title: "canceled", align: "right" },
            ],
            webhooks.map(({ id, uid, url, success, fail, pending, sending, canceled }) => [
              uid ?? id,
              url,
              String(success),
              countCell(fail),
              String(pending + sending),
              String(canceled),
            ]),
          ),
  };
}

function countCell(failed: number): Cell {
  return failed === 0 ? "0" : { text: String(failed), style: "red" };
}

async function counted(client: Client, app: string, { id, uid, url }: EndpointOut, stretch: Stretch) {
  const stats = await client.get<EndpointStatsOut>(path`/api/v1/app/${app}/endpoint/${id}/stats`, stretch);
  return { id, uid, url, ...stats };
}

export function registerTasks(group: Command, cli: Cli): void {
  const list = group
    .command("list")
    .alias("ls")
    .description("list background tasks, newest first")
    .option("--limit <n>", "at most so many", wholeNumber(1), 20);
  list.action(({ limit }: { limit: number }) =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const tasks = await client.list<BackgroundTaskOut>("/api/v1/background-task", { limit });
      return {
        json: tasks,
        text: (view) =>
          tasks.length === 0
            ? view.paint("dim", "No background tasks")
            : table(
                view,
                [
                  { title: "id", style: "bold", whole: true },
                  { title: "task" },
                  { title: "status" },
                  { title: "progress" },
                  { title: "when" },
                ],
                tasks.map((task) => [
                  task.id,
                  task.task,
                  { text: task.status, style: STATUS_STYLES[task.status] },
                  progressText(task),
                  ago(view, task.updatedAt),
                ]),
              ),
      };
    }),
  );

  const get = group.command("get <task>").description("show a task and what it has found");
  get.action((id: string) =>
    cli.run(get, async (session) => {
      const client = await session.client();
      const task = await client.get<BackgroundTaskOut>(path`/api/v1/background-task/${id}`);
      return { json: task, text: (view) => taskText(view, task), exitCode: EXIT.ok };
    }),
  );

  const wait = group.command("wait <task>").description("wait until a task has ended");
  wait.action((id: string) =>
    cli.run(wait, async (session) => finishedAnswer(await waitForTask(session, id))),
  );
}

const STATUS_STYLES = { running: "yellow", finished: "green", failed: "red" } as const;

function progressText(task: BackgroundTaskOut): string {
  const progress = progressOf(task);
  return progress === null ? "–" : `${progress.done}/${progress.total}`;
}
