import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Route, Switch } from "wouter";
import { capabilitiesOf } from "../core/scopes.ts";
import { createApi, exchangeOneTimeToken } from "./api/client.ts";
import { OpenApplication, SignedIn } from "./api/context.tsx";
import { useWhoami } from "./api/session.ts";
import { ApplicationPages } from "./application-pages.tsx";
import type { Arrival } from "./arrive.ts";
import { SignIn } from "./pages/sign-in.tsx";
import { Loaded, Loading } from "./parts/feedback.tsx";
import { PublisherPages } from "./publisher-pages.tsx";
import { type Session, storedSession, storeSession } from "./session.ts";

/** Whoever has a session sees their pages; others are asked for a key or a fresh link. */
export function App({ arrival }: { arrival: Arrival }) {
  const [session, setSession] = useState<Session | null>(storedSession);
  const [ended, setEnded] = useState(false);
  const [isBrokenLink, setBrokenLink] = useState(arrival.isBroken);
  const [exchanging, setExchanging] = useState(arrival.exchange !== null);
  const queries = useQueryClient();
  const signIn = (next: Session) => {
    storeSession(next);
    setEnded(false);
    setBrokenLink(false);
    setSession(next);
  };
  const signOut = () => {
    storeSession(null);
    queries.clear();
    setSession(null);
  };
  useEffect(() => {
    const { exchange } = arrival;
    if (exchange?.oneTimeToken == null) return;
    const { appId } = exchange;
    exchangeOneTimeToken(exchange.oneTimeToken)
      .then((token) => {
        storeSession({ token, appId });
        setSession({ token, appId });
      })
      .catch(() => setEnded(true))
      .finally(() => setExchanging(false));
  }, [arrival]);
  if (exchanging) return <Loading label="Signing in" />;
  if (session === null) {
    return <SignIn ended={ended} isBrokenLink={isBrokenLink} onSignIn={signIn} />;
  }
  return (
    <Signed
      key={session.token}
      session={session}
      onSignOut={signOut}
      onEnd={() => {
        setEnded(true);
        signOut();
      }}
    >
      <Pages icon={arrival.appearance.icon} hideNavigation={arrival.appearance.hideNavigation} />
    </Signed>
  );
}

type SignedProps = { session: Session; onSignOut: () => void; onEnd: () => void; children: ReactNode };

function Signed({ session, onSignOut, onEnd, children }: SignedProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the session's key makes all of this anew.
  const value = useMemo(
    () => ({ api: createApi(session.token, onEnd), isPublisher: session.appId === null, signOut: onSignOut }),
    [],
  );
  return <SignedIn value={value}>{children}</SignedIn>;
}

type Look = { icon: string | null; hideNavigation: boolean };

function Pages(look: Look) {
  const whoami = useWhoami();
  return (
    <Loaded query={whoami}>
      {({ appId, capabilities, scopes }) =>
        appId === null ? (
          <PublisherRoutes {...look} capabilities={capabilitiesOf(scopes)} />
        ) : (
          <OpenApplication appId={appId} capabilities={capabilities}>
            <ApplicationPages {...look} title="Webhooks" />
          </OpenApplication>
        )
      }
    </Loaded>
  );
}

function PublisherRoutes({ capabilities, ...look }: Look & { capabilities: string[] | null }) {
  return (
    <Switch>
      <Route path="/app/:appId" nest>
        {({ appId }) => (
          <OpenApplication appId={appId} capabilities={capabilities}>
            <ApplicationPages {...look} title={appId} isPublisher />
          </OpenApplication>
        )}
      </Route>
      <Route>
        <PublisherPages icon={look.icon} />
      </Route>
    </Switch>
  );
}
