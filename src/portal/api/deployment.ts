import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Call } from "./client.ts";
import { useSession } from "./context.tsx";

/** A change to the whole deployment, after which what is named by `keys` is asked for again. */
export function useDeploymentChange<Input, Answer = unknown>(
  keys: string[],
  call: (input: Input) => [path: string, call: Call],
) {
  const { api } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => {
      const [path, options] = call(input);
      return api.json<Answer>(`/api/v1${path}`, options);
    },
    // Not waited for: whoever leaves a page that is gone must be on the way before it is asked for again.
    onSuccess: () => {
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
