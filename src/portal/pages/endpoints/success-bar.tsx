import type { Stats } from "../../api/endpoints.ts";

/** Of a day: how many messages ended well, of those that have ended or failed so far. */
export function rateText(stats: Stats): string {
  const ended = stats.success + stats.fail + stats.sending;
  if (ended === 0) return "no messages";
  const rate = (stats.success / ended) * 100;
  return `${rate === 100 || rate === 0 ? rate : rate.toFixed(1)} % delivered`;
}

/** A bar of what was delivered and what was not, and the same as text. */
export function SuccessBar({ stats }: { stats: Stats | undefined }) {
  if (stats === undefined) return <div className="success-bar" />;
  const bad = stats.fail + stats.sending;
  const ended = stats.success + bad;
  return (
    <div className="success-bar">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" className="bar-none" />
        {ended === 0 ? null : (
          <>
            <rect width={(stats.success / ended) * 100} height="6" className="bar-good" />
            <rect
              x={(stats.success / ended) * 100}
              width={(bad / ended) * 100}
              height="6"
              className="bar-bad"
            />
          </>
        )}
      </svg>
      <span className="dim small">{rateText(stats)} in 24 h</span>
    </div>
  );
}
