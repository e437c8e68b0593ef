import { type FormEvent, useState } from "react";
import { createApi, messageOf } from "../api/client.ts";
import { Brand } from "../parts/brand.tsx";
import { Button } from "../parts/button.tsx";
import { Note } from "../parts/feedback.tsx";
import { TextField } from "../parts/field.tsx";
import type { Session } from "../session.ts";

type SignInProps = { ended: boolean; isBrokenLink: boolean; onSignIn: (session: Session) => void };

/** For publishers, with a key; consumers come through a link of their publisher's. */
export function SignIn({ ended, isBrokenLink, onSignIn }: SignInProps) {
  const [key, setKey] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    createApi(key.trim(), () => {})
      .json<{ appId: string | null }>("/api/v1/auth/whoami")
      .then(({ appId }) => onSignIn({ token: key.trim(), appId }))
      .catch((failure: unknown) => setError(messageOf(failure)))
      .finally(() => setBusy(false));
  };
  return (
    <main className="sign-in">
      <Brand icon={null} />
      <h1>Webhooks</h1>
      <Why ended={ended} isBrokenLink={isBrokenLink} />
      <form onSubmit={submit} className="stack">
        <TextField
          label="Publisher key"
          type="password"
          value={key}
          onChange={setKey}
          error={error}
          hint="It starts with sk_ and is kept for this tab only."
          required
        />
        <Button kind="primary" submit busy={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

function Why({ ended, isBrokenLink }: Pick<SignInProps, "ended" | "isBrokenLink">) {
  if (ended)
    return <Note tone="warn">Your session has ended. Open this page again from where you came.</Note>;
  if (isBrokenLink) {
    return (
      <Note tone="warn">This link does not work: a part of it is missing or changed. Ask for a new one.</Note>
    );
  }
  return (
    <p className="dim">
      Consumers open this page from their product’s settings. Publishers sign in with a key.
    </p>
  );
}
