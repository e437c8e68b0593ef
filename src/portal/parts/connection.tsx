import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isUnreachable, reachesServer } from "../api/client.ts";

const TRY_AGAIN_MS = 3000;

/** Says that the server cannot be reached while it cannot; once it can, everything shown is asked for again. */
export function Connection() {
  const queries = useQueryClient();
  const [isLost, setLost] = useState(false);
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        if (event.type !== "updated" || event.action.type !== "error") return;
        if (isUnreachable(event.action.error)) setLost(true);
      }),
    [queries],
  );
  useEffect(() => {
    if (!isLost) return;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      if (await reachesServer()) {
        setLost(false);
        void queries.invalidateQueries();
      } else {
        timer = setTimeout(() => void look(), TRY_AGAIN_MS);
      }
    };
    timer = setTimeout(() => void look(), TRY_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isLost, queries]);
  if (!isLost) return null;
  return (
    <div className="connection" role="alert">
      The server cannot be reached. What is shown may be old; it is tried again by itself.
    </div>
  );
}
