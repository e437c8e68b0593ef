import { Fragment } from "react";
import type { DialectOut } from "../../../../contract/dialects.ts";
import { useDeleteDialect } from "../../../api/dialects.ts";
import { Badge } from "../../../parts/badge.tsx";
import { ButtonLink } from "../../../parts/button.tsx";
import { CodeBlock } from "../../../parts/code.tsx";
import { DeleteButton } from "../../../parts/delete-button.tsx";
import { dialectWords } from "./dialect-words.ts";
import { Preview } from "./preview.tsx";

export function DialectPage({ dialect, mayManage }: { dialect: DialectOut; mayManage: boolean }) {
  const { name, builtIn } = dialect;
  const remove = useDeleteDialect(name);
  return (
    <>
      <div className="page-head">
        <div className="grow">
          <h1 className="mono endpoint-title">{name}</h1>
          <p className="dim">
            {builtIn ? <Badge tone="dim">Built in</Badge> : <Badge tone="info">Own</Badge>}{" "}
            {builtIn ? "It can be copied, and neither changed nor deleted." : null}
          </p>
        </div>
        {mayManage ? (
          <div className="head-actions">
            <ButtonLink href={`/dialects/new/${name}`}>Copy</ButtonLink>
            {builtIn ? null : (
              <>
                <ButtonLink href={`/dialects/edit/${name}`}>Edit</ButtonLink>
                <DeleteButton
                  label="Delete"
                  title="Delete this dialect?"
                  action="Delete dialect"
                  remove={remove}
                  listHref="/dialects"
                >
                  <code>{name}</code> is forgotten, which cannot be taken back. It is refused while an
                  endpoint, an application or the deployment uses it.
                </DeleteButton>
              </>
            )}
          </div>
        ) : null}
      </div>
      <section>
        <h2>In words</h2>
        <dl className="pairs">
          {dialectWords(dialect).map(([term, text]) => (
            <Fragment key={term}>
              <dt>{term}</dt>
              <dd>{text}</dd>
            </Fragment>
          ))}
        </dl>
      </section>
      <Preview name={name} />
      <section>
        <h2>Definition</h2>
        <CodeBlock label="Definition" text={JSON.stringify(shownDefinition(dialect), null, 2)} />
      </section>
    </>
  );
}

/** What `PUT /api/v1/dialect/{name}` takes. */
function shownDefinition({ name: _name, builtIn: _builtIn, ...definition }: DialectOut) {
  return definition;
}
