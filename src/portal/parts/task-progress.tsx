import { progressOf, useTask } from "../api/tasks.ts";
import { Loaded, Note } from "./feedback.tsx";

/** How far a background task is, until it has ended. */
export function TaskProgress({ id }: { id: string }) {
  const task = useTask(id);
  return (
    <Loaded query={task}>
      {(found) => {
        const progress = progressOf(found);
        const text = progress === null ? "" : `${progress.done} of ${progress.total} messages`;
        if (found.status === "finished") {
          return <Note tone="good">Done. {progress?.total === 0 ? "There was nothing to send." : text}</Note>;
        }
        if (found.status === "failed") return <Note tone="bad">It failed. {text}</Note>;
        return (
          <div className="task" role="status">
            <progress
              max={Math.max(1, progress?.total ?? 1)}
              value={progress?.done ?? 0}
              aria-label="Progress"
            />
            <span className="dim small">Running … {text}</span>
          </div>
        );
      }}
    </Loaded>
  );
}
