import { createContext, type ReactNode, useContext, useMemo } from "react";
import { type Capability, mayUse } from "../../core/principal.ts";
import type { Api } from "./client.ts";

type Signed = { api: Api; isPublisher: boolean; signOut: () => void };

type Opened = { appId: string; capabilities: string[] | null };

const SignedContext = createContext<Signed | null>(null);
const OpenedContext = createContext<Opened | null>(null);

export function SignedIn({ value, children }: { value: Signed; children: ReactNode }) {
  return <SignedContext value={value}>{children}</SignedContext>;
}

/** The application whose pages are shown, and what may be done there (`null`: everything). */
export function OpenApplication({
  appId,
  capabilities,
  children,
}: Opened & {
  children: ReactNode;
}) {
  const value = useMemo(() => ({ appId, capabilities }), [appId, capabilities]);
  return <OpenedContext value={value}>{children}</OpenedContext>;
}

export function useSession(): Signed {
  const signed = useContext(SignedContext);
  if (signed === null) throw new Error("not signed in");
  return signed;
}

export type App = {
  api: Api;
  appId: string;
  /** `/api/v1/app/…` of the opened application. */
  path: string;
  can: (capability: Capability) => boolean;
};

export function useApp(): App {
  const { api } = useSession();
  const opened = useContext(OpenedContext);
  if (opened === null) throw new Error("no application is open");
  const { appId, capabilities } = opened;
  const can = (capability: Capability) =>
    capabilities === null ||
    mayUse({ kind: "consumer", keyId: "", appKey: 0, capabilities, featureFlags: [] }, capability);
  return { api, appId, path: `/api/v1/app/${encodeURIComponent(appId)}`, can };
}
