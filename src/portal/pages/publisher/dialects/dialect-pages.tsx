import { Route, Switch } from "wouter";
import type { DialectOut } from "../../../../contract/dialects.ts";
import { useDialects } from "../../../api/dialects.ts";
import { useMay } from "../../../api/keys.ts";
import { Back } from "../../../parts/back.tsx";
import { ButtonLink } from "../../../parts/button.tsx";
import { Empty, Loaded } from "../../../parts/feedback.tsx";
import { DialectEditor } from "./dialect-editor.tsx";
import { DialectList } from "./dialect-list.tsx";
import { DialectPage } from "./dialect-page.tsx";

/** Below `/dialects`: all, one, one being written. */
export function DialectPages() {
  return (
    <Switch>
      <Route path="/dialects" component={DialectList} />
      <Route path="/dialects/:verb/:name">
        {({ verb, name }) => <One key={`${verb} ${name}`} verb={verb} name={name} />}
      </Route>
      <Route>
        <NoSuchPage />
      </Route>
    </Switch>
  );
}

function One({ verb, name }: { verb: string; name: string }) {
  const dialects = useDialects();
  return (
    <>
      <Back href="/dialects">Dialects</Back>
      <Loaded query={dialects}>
        {(all) => {
          const dialect = all.find((one) => one.name === name);
          return dialect === undefined ? <NoSuchPage /> : <Opened verb={verb} dialect={dialect} all={all} />;
        }}
      </Loaded>
    </>
  );
}

function Opened({ verb, dialect, all }: { verb: string; dialect: DialectOut; all: DialectOut[] }) {
  const { name, builtIn } = dialect;
  const mayManage = useMay("manage");
  const taken = all.map((one) => one.name);
  if (verb === "show") return <DialectPage dialect={dialect} mayManage={mayManage} />;
  if (!mayManage) return <NoSuchPage />;
  if (verb === "new") {
    return (
      <>
        <h1>New dialect</h1>
        <p className="dim copy-of">
          It begins as a copy of <code>{name}</code>.
        </p>
        <DialectEditor from={dialect} name={null} taken={taken} />
      </>
    );
  }
  if (verb !== "edit" || builtIn) return <NoSuchPage />;
  return (
    <>
      <h1 className="mono endpoint-title">{name}</h1>
      <DialectEditor from={dialect} name={name} taken={taken} />
    </>
  );
}

function NoSuchPage() {
  return (
    <Empty title="There is no such dialect" action={<ButtonLink href="/dialects">All dialects</ButtonLink>} />
  );
}
