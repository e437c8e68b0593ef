import { progressOf, sentBy, useTask } from "../api/tasks.ts";
import { Loaded, Note } from "./feedback.tsx";

/** How far a background task is, until it has ended. */
export function TaskProgress({ id }: { id: string }) {
  const task = useTask(id);
  return (
    <Loaded query={task}>
      {(found) => {
        if (found.status === "finished") return <Note tone="good">Done: {sentText(sentBy(found))}.</Note>;
        if (found.status === "failed") return <Note tone="bad">It failed: {sentText(sentBy(found))}.</Note>;
        const { done, total } = progressOf(found) ?? { done: 0, total: 0 };
        return (
          <div className="task" role="status">
            <progress max={Math.max(1, total)} value={done} aria-label="Progress" />
            <span className="dim small">
              {done} of {total} looked through, {sentText(sentBy(found))}
            </span>
          </div>
        );
      }}
    </Loaded>
  );
}

function sentText(sent: number): string {
  return `${sent === 0 ? "no" : sent} ${sent === 1 ? "message" : "messages"} sent`;
}
