import { Route, Switch } from "wouter";
import { useMay } from "../../../api/keys.ts";
import { NewOperational } from "./new-operational.tsx";
import { OperationalList } from "./operational-list.tsx";
import { OperationalPage } from "./operational-page.tsx";

/** Below `/operational`: who is told of the deployment's own events. */
export function OperationalPages() {
  const mayManage = useMay("manage");
  return (
    <Switch>
      <Route path="/operational" component={OperationalList} />
      {mayManage ? <Route path="/operational/new" component={NewOperational} /> : null}
      <Route path="/operational/:id/*?">{({ id }) => <OperationalPage key={id} id={id} />}</Route>
    </Switch>
  );
}
