import { useEffect, useState } from "react";
import { aheadText, relativeText } from "./relative-time.ts";

const TICK_MS = 5000;
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export function fullText(time: string): string {
  return FULL.format(new Date(time));
}

/** Now, as long as it is shown: what depends on it changes though nothing else does. */
export function useNowMs(): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

/** `in 3 min.`, then `is due`. */
export function TimeAhead({ at }: { at: string }) {
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={fullText(at)}>
      {aheadText(Date.parse(at), nowMs)}
    </time>
  );
}

/** `3 min. ago`, and the exact time to whoever points at it. */
export function Time({ at }: { at: string }) {
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={fullText(at)}>
      {relativeText(Date.parse(at), nowMs)}
    </time>
  );
}
