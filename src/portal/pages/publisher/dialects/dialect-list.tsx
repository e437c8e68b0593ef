import { Link } from "wouter";
import { useDialects } from "../../../api/dialects.ts";
import { useMay } from "../../../api/keys.ts";
import { Badge } from "../../../parts/badge.tsx";
import { ButtonLink } from "../../../parts/button.tsx";
import { Loaded } from "../../../parts/feedback.tsx";
import { signatureText } from "./dialect-words.ts";

export function DialectList() {
  const dialects = useDialects();
  const mayManage = useMay("manage");
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Dialects</h1>
          <p className="dim">
            How a webhook looks on the wire: body, signature, headers, and when it is tried again.
          </p>
        </div>
        {mayManage ? (
          <ButtonLink href="/dialects/new/standard" kind="primary">
            New dialect
          </ButtonLink>
        ) : null}
      </div>
      <Loaded query={dialects}>
        {(all) => (
          <ul className="rows" aria-label="Dialects">
            {all.map(({ name, builtIn, signature }) => (
              <li key={name} className="row">
                <div className="row-main">
                  <Link href={`/dialects/show/${name}`} className="row-title mono">
                    {name}
                  </Link>
                  <span className="dim small block">{signatureText(signature)}</span>
                </div>
                <Badge tone={builtIn ? "dim" : "info"}>{builtIn ? "Built in" : "Own"}</Badge>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}
