import { Route, Switch } from "wouter";
import { useMay } from "../../../api/keys.ts";
import { ButtonLink } from "../../../parts/button.tsx";
import { Empty } from "../../../parts/feedback.tsx";
import { EventTypeList } from "./event-type-list.tsx";
import { EventTypePage } from "./event-type-page.tsx";
import { ImportEventTypes } from "./import-event-types.tsx";
import { NewEventType } from "./new-event-type.tsx";

/** Below `/event-types`; a type's own page has a prefix, because a type may be called `new`. */
export function EventTypePages() {
  const mayManage = useMay("manage");
  return (
    <Switch>
      <Route path="/event-types" component={EventTypeList} />
      {mayManage ? <Route path="/event-types/new" component={NewEventType} /> : null}
      {mayManage ? <Route path="/event-types/import" component={ImportEventTypes} /> : null}
      <Route path="/event-types/edit/:name">{({ name }) => <EventTypePage key={name} name={name} />}</Route>
      <Route>
        <Empty
          title="There is no such page"
          action={<ButtonLink href="/event-types">Event types</ButtonLink>}
        />
      </Route>
    </Switch>
  );
}
