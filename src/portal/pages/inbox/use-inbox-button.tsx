import { useApp } from "../../api/context.tsx";
import { PLAIN_ANSWER, useInbox, useSetInbox } from "../../api/inbox.ts";
import { Button } from "../../parts/button.tsx";

/** For who has no server yet: gives the inbox's URL, and makes the inbox when there is none. */
export function UseInboxButton({ onUrl }: { onUrl: (url: string) => void }) {
  const { can } = useApp();
  const inbox = useInbox();
  const create = useSetInbox();
  if (!can("ManageEndpoint") || inbox.data === undefined) return null;
  const known = inbox.data;
  const use = () => {
    if (known !== null) return onUrl(known.url);
    create.mutate(PLAIN_ANSWER, { onSuccess: ({ url }) => onUrl(url) });
  };
  return (
    <span className="inbox-choice">
      No server yet?{" "}
      <Button kind="quiet" small onClick={use} busy={create.isPending}>
        Use the built-in inbox
      </Button>
      {create.isError ? <span role="alert">It could not be created.</span> : null}
    </span>
  );
}
