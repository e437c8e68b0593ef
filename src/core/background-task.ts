/** Work that runs on after the call that asked for it was answered (reference svix.md §1.9). */

/** Svix's names; `sdk.generate` is never made here. */
export const TASK_KINDS = [
  "endpoint.replay",
  "endpoint.recover",
  "application.stats",
  "message.broadcast",
  "sdk.generate",
  "event-type.aggregate",
  "application.purge_content",
  "endpoint.bulk-replay",
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export const TASK_STATUSES = ["running", "finished", "failed"] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** How far a task is, in whatever it counts: messages, or applications. Shown inside its `data`. */
export type TaskProgress = { done: number; total: number };

/** What the steps of a task found, as lists by name. */
export type TaskLists = Record<string, unknown[]>;

export function joinedLists(before: TaskLists, next: TaskLists): TaskLists {
  const all = { ...before };
  for (const [name, items] of Object.entries(next)) all[name] = [...(all[name] ?? []), ...items];
  return all;
}
