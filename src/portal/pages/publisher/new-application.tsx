import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { useCreateApplication } from "../../api/applications.ts";
import { problemsOf } from "../../api/client.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { ErrorNote } from "../../parts/feedback.tsx";
import { TextField } from "../../parts/field.tsx";

export function NewApplication({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [uid, setUid] = useState("");
  const [, navigate] = useLocation();
  const create = useCreateApplication();
  const fields = problemsOf(create.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { name: name.trim(), ...(uid.trim() === "" ? {} : { uid: uid.trim() }) },
      { onSuccess: ({ id }) => navigate(`/app/${id}/endpoints`) },
    );
  };
  return (
    <Dialog title="New application" onClose={onClose}>
      <form onSubmit={submit} className="stack">
        <TextField label="Name" value={name} onChange={setName} error={fields["name"]} required />
        <TextField
          label="Your own id of it"
          optional
          value={uid}
          onChange={setUid}
          error={fields["uid"]}
          hint="Works wherever the application’s id does."
          mono
        />
        {create.isError ? <ErrorNote error={create.error} /> : null}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" submit busy={create.isPending}>
            Create application
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
