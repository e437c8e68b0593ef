import { Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { AgentList } from "./pages/agents/agent-list.tsx";
import { AgentPage } from "./pages/agents/agent-page.tsx";
import { AlertsPage } from "./pages/alerts/alerts-page.tsx";
import { Catalogue } from "./pages/catalogue.tsx";
import { EndpointList } from "./pages/endpoints/endpoint-list.tsx";
import { EndpointPage } from "./pages/endpoints/endpoint-page.tsx";
import { NewEndpoint } from "./pages/endpoints/new-endpoint.tsx";
import { MessageList } from "./pages/messages/message-list.tsx";
import { MessagePage } from "./pages/messages/message-page.tsx";
import { ApplicationTitle } from "./pages/publisher/application-title.tsx";
import { ExistingApplication } from "./pages/publisher/existing-application.tsx";
import { Boundary } from "./parts/boundary.tsx";
import { Brand } from "./parts/brand.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Empty, Loading } from "./parts/feedback.tsx";
import { later } from "./parts/later.ts";
import { SignOut } from "./parts/sign-out.tsx";
import { Tab } from "./parts/tab.tsx";

const InboxPage = later(async () => (await import("./pages/inbox/inbox-page.tsx")).InboxPage);

type PagesProps = { title: string; icon: string | null; hideNavigation: boolean; isPublisher?: boolean };

/** Everything about one application, for its consumer and, below an address of its own, for the publisher. */
export function ApplicationPages({ title, icon, hideNavigation, isPublisher = false }: PagesProps) {
  return (
    <>
      {hideNavigation ? null : (
        <header className="top">
          <div className="top-line">
            <Brand icon={icon} />
            {isPublisher ? <ApplicationTitle /> : <span className="top-title">{title}</span>}
            {isPublisher ? <SignOut /> : null}
          </div>
          <nav aria-label="Main" className="tabs">
            <Tab href="/endpoints">Endpoints</Tab>
            <Tab href="/messages">Messages</Tab>
            <Tab href="/inbox">Inbox</Tab>
            <Tab href="/agents">Agents</Tab>
            <Tab href="/alerts">Alerts</Tab>
            <Tab href="/event-types">Event catalogue</Tab>
          </nav>
        </header>
      )}
      <main>
        <Boundary>
          {isPublisher ? (
            <ExistingApplication>
              <Pages />
            </ExistingApplication>
          ) : (
            <Pages />
          )}
        </Boundary>
      </main>
    </>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/endpoints" component={EndpointList} />
      <Route path="/endpoints/new" component={NewEndpoint} />
      <Route path="/endpoints/:id/:tab?">
        {({ id, tab }) => <EndpointPage key={id} id={id} tab={tab ?? "overview"} />}
      </Route>
      <Route path="/messages" component={MessageList} />
      <Route path="/messages/:id">{({ id }) => <MessagePage key={id} id={id} />}</Route>
      <Route path="/inbox">
        <Suspense fallback={<Loading />}>
          <InboxPage />
        </Suspense>
      </Route>
      <Route path="/agents" component={AgentList} />
      <Route path="/agents/:name">{({ name }) => <AgentPage key={name} name={name} />}</Route>
      <Route path="/alerts" component={AlertsPage} />
      <Route path="/event-types" component={Catalogue} />
      <Route path="/">
        <Redirect to="/endpoints" replace />
      </Route>
      <Route>
        <Empty title="There is no such page" action={<ButtonLink href="/endpoints">Endpoints</ButtonLink>} />
      </Route>
    </Switch>
  );
}
