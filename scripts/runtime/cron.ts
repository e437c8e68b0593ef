import type { Miniflare } from "miniflare";

export type Cron = { stop(): void };

/**
 * The local runtime fires no crons by the clock: this runs the Worker's `scheduled` once at the start (what a crash
 * left behind is settled then) and every `everyMs` after that, one at a time.
 */
export function startCron(
  runtime: Miniflare,
  cron: string,
  everyMs: number,
  onError: (error: unknown) => void,
): Cron {
  let running: Promise<void> | null = null;
  let stopped = false;
  const fire = () => {
    if (running !== null || stopped) return;
    running = fireScheduled(runtime, cron)
      .catch((error: unknown) => {
        if (!stopped) onError(error);
      })
      .finally(() => {
        running = null;
      });
  };
  fire();
  const timer = setInterval(fire, everyMs);
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

async function fireScheduled(runtime: Miniflare, cron: string): Promise<void> {
  const url = `http://localhost/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}`;
  const response = await runtime.dispatchFetch(url);
  const outcome = await response.text();
  if (!response.ok) throw new Error(`scheduled() ended with ${response.status}: ${outcome.slice(0, 200)}`);
}
