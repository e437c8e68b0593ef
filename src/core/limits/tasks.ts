/** Bounds of background tasks, replays among them. */
import { DAY_MS, HOUR_MS, KIB, MIB, MINUTE_MS, SECOND_MS } from "../units.ts";

/** What a task found, all steps together: an answer shows it whole. */
export const MAX_TASK_RESULT_CHARS = 8 * MIB;
/** Of what a task found, told with its end to the operational log. */
export const MAX_TOLD_TASK_CHARS = 64 * KIB;
/** Running at a time: replays of one kind to one endpoint; other tasks of one kind, of one application or of all. */
export const MAX_RUNNING_REPLAYS = 10;
export const MAX_RUNNING_TASKS = 100;
/** A run ends after this long, or this many steps; the upkeep goes on with it. */
export const TASK_RUN_MS = 20 * SECOND_MS;
export const TASK_STEPS_A_RUN = 50;
/** Nobody works on a task that has not been written to for this long. */
export const TASK_STALE_MS = 30 * SECOND_MS;
/** A task whose steps have failed for this long is given up. */
export const TASK_GIVE_UP_MS = HOUR_MS;
/** Tasks gone on with in one run of the upkeep. */
export const MAX_RESUMED_TASKS = 100;
/** Applications in one step. */
export const TASK_APPS_A_STEP = 20;
/** Published at once by one step of a broadcast. */
export const BROADCAST_FAN_OUT = 6;
/** Named in one call for their statistics. */
export const MAX_STATS_APPS = 5000;
/** Questions to one endpoint's object for one figure; a longer log is counted approximately. */
export const MAX_COUNT_CALLS = 64;
/** How far back failed messages are recovered (reference svix.md §2.15). */
export const RECOVER_MAX_AGE_MS = 14 * DAY_MS + 5 * MINUTE_MS;
