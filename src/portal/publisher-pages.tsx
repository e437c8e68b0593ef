import { Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { ApplicationList } from "./pages/publisher/application-list.tsx";
import { Boundary } from "./parts/boundary.tsx";
import { Brand } from "./parts/brand.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Empty, Loading } from "./parts/feedback.tsx";
import { later } from "./parts/later.ts";
import { SignOut } from "./parts/sign-out.tsx";
import { Tab } from "./parts/tab.tsx";

const DialectPages = later(
  async () => (await import("./pages/publisher/dialects/dialect-pages.tsx")).DialectPages,
);
const OverviewPage = later(
  async () => (await import("./pages/publisher/overview/overview-page.tsx")).OverviewPage,
);
const EventTypePages = later(
  async () => (await import("./pages/publisher/event-types/event-type-pages.tsx")).EventTypePages,
);
const KeyList = later(async () => (await import("./pages/publisher/keys/key-list.tsx")).KeyList);
const AuditLog = later(async () => (await import("./pages/publisher/audit/audit-log.tsx")).AuditLog);
const OperationalPages = later(
  async () => (await import("./pages/publisher/operational/operational-pages.tsx")).OperationalPages,
);

/** Everything about the whole deployment, for who signed in with a publisher's key. */
export function PublisherPages({ icon }: { icon: string | null }) {
  return (
    <>
      <header className="top">
        <div className="top-line">
          <Brand icon={icon} />
          <span className="top-title grow">Deployment</span>
          <SignOut />
        </div>
        <nav aria-label="Main" className="tabs">
          <Tab href="/overview">Overview</Tab>
          <Tab href="/apps">Applications</Tab>
          <Tab href="/event-types">Event types</Tab>
          <Tab href="/dialects">Dialects</Tab>
          <Tab href="/keys">Keys</Tab>
          <Tab href="/audit-log">Audit log</Tab>
          <Tab href="/operational">Operational webhooks</Tab>
        </nav>
      </header>
      <main>
        <Boundary>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/overview" component={OverviewPage} />
              <Route path="/apps" component={ApplicationList} />
              <Route path="/event-types/*?" component={EventTypePages} />
              <Route path="/dialects/*?" component={DialectPages} />
              <Route path="/keys" component={KeyList} />
              <Route path="/audit-log" component={AuditLog} />
              <Route path="/operational/*?" component={OperationalPages} />
              <Route path="/">
                <Redirect to="/apps" replace />
              </Route>
              <Route>
                <Empty
                  title="There is no such page"
                  action={<ButtonLink href="/apps">Applications</ButtonLink>}
                />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
    </>
  );
}
