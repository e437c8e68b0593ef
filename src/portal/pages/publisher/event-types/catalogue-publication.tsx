import { type FormEvent, useState } from "react";
import { problemsOf } from "../../../api/client.ts";
import {
  type CataloguePage,
  useCataloguePage,
  useExport,
  useSetCataloguePage,
} from "../../../api/event-types.ts";
import { Button } from "../../../parts/button.tsx";
import { ErrorNote, Loaded, Note } from "../../../parts/feedback.tsx";
import { TextField } from "../../../parts/field.tsx";
import { saveFile } from "./files.ts";

/** The catalogue for who has no account: as a public page, and as a document. */
export function CataloguePublication({ mayManage }: { mayManage: boolean }) {
  const page = useCataloguePage();
  return (
    <section>
      <h2>Public page and export</h2>
      <Loaded query={page}>{(known) => <Publication page={known} mayManage={mayManage} />}</Loaded>
      <Export />
    </section>
  );
}

function Publication({ page, mayManage }: { page: CataloguePage; mayManage: boolean }) {
  const [title, setTitle] = useState(page.title);
  const save = useSetCataloguePage();
  const fields = problemsOf(save.error);
  const set = (published: boolean) =>
    save.mutate({ published, title: title.trim() === "" ? null : title.trim() });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set(page.published);
  };
  return (
    <>
      <p className="dim">
        {page.published ? (
          <>
            Anybody may read <a href={page.url}>{page.url}</a>, and the same{" "}
            <a href={page.openapiUrl}>as an OpenAPI document</a>. Archived types, and those with feature
            flags, are not on it.
          </>
        ) : (
          "The catalogue is not public: it is seen in the portal alone."
        )}
      </p>
      {mayManage ? (
        <form onSubmit={submit} className="send-line">
          <TextField label="Title of the page" value={title} onChange={setTitle} error={fields["title"]} />
          <Button submit busy={save.isPending}>
            Save title
          </Button>
          <Button onClick={() => set(!page.published)} busy={save.isPending}>
            {page.published ? "Take the page back" : "Publish the page"}
          </Button>
        </form>
      ) : null}
      {save.isError ? <ErrorNote error={save.error} /> : null}
      {save.isSuccess ? <Note tone="good">Saved.</Note> : null}
    </>
  );
}

function Export() {
  const exported = useExport();
  const [error, setError] = useState<unknown>(null);
  const save = () => {
    setError(null);
    exported()
      .then((text) => saveFile({ name: "event-types.openapi.json", text, type: "application/json" }))
      .catch(setError);
  };
  return (
    <>
      <p className="dim">
        All event types that are not archived, each with its newest schema, as an OpenAPI document that an
        import takes again.
      </p>
      <div className="card-actions">
        <Button onClick={save}>Download OpenAPI document</Button>
      </div>
      {error === null ? null : <ErrorNote error={error} />}
    </>
  );
}
