import { useEffect, useRef } from "react";
import { Link } from "wouter";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import { useApp } from "../../api/context.tsx";
import { useDeliveryStatus, useEndpoint } from "../../api/endpoints.ts";
import { CopyButton } from "../../parts/code.tsx";
import { Empty } from "../../parts/feedback.tsx";
import { OneOf } from "../../parts/one-of.tsx";
import { EndpointOverview } from "./endpoint-overview.tsx";
import { EndpointSettings } from "./endpoint-settings.tsx";
import { EndpointTest } from "./endpoint-test.tsx";
import { HealthBadge } from "./health-badge.tsx";
import { Recovery } from "./recovery.tsx";
import { Verification } from "./verification.tsx";

export function EndpointPage({ id, tab }: { id: string; tab: string }) {
  const endpoint = useEndpoint(id);
  return (
    <OneOf query={endpoint} noun="endpoint" listHref="/endpoints" listName="Endpoints">
      {(found) => <Opened endpoint={found} tab={tab} />}
    </OneOf>
  );
}

function Opened({ endpoint, tab }: { endpoint: EndpointOut; tab: string }) {
  const { can } = useApp();
  const status = useDeliveryStatus(endpoint.id);
  const nav = useRef<HTMLElement>(null);
  // On a phone not all of them fit.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another tab is chosen.
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [tab]);
  const tabs = [
    ["overview", "Overview"],
    ["verify", "Secret & verification"],
    ...(can("CreateAttempts")
      ? [
          ["test", "Test"],
          ["recover", "Recovery"],
        ]
      : []),
    ["settings", "Settings"],
  ];
  return (
    <>
      <div className="page-head">
        <div className="grow">
          <h1 className="mono endpoint-title">{endpoint.url}</h1>
          <p className="dim">
            {endpoint.description === "" ? null : <>{endpoint.description} · </>}
            <code>{endpoint.id}</code> <CopyButton text={endpoint.id} label="Copy id" />
          </p>
        </div>
        <HealthBadge endpoint={endpoint} status={status.data} />
      </div>
      <nav ref={nav} className="tabs sub-tabs" aria-label="Endpoint">
        {tabs.map(([name = "", text]) => (
          <Link
            key={name}
            href={`/endpoints/${endpoint.id}${name === "overview" ? "" : `/${name}`}`}
            aria-current={name === tab ? "page" : undefined}
          >
            {text}
          </Link>
        ))}
      </nav>
      <TabContent endpoint={endpoint} tab={tab} />
    </>
  );
}

function TabContent({ endpoint, tab }: { endpoint: EndpointOut; tab: string }) {
  const { can } = useApp();
  if (tab === "overview") return <EndpointOverview endpoint={endpoint} />;
  if (tab === "verify") return <Verification endpoint={endpoint} />;
  if (tab === "settings") return <EndpointSettings endpoint={endpoint} />;
  if (tab === "test" && can("CreateAttempts")) return <EndpointTest endpoint={endpoint} />;
  if (tab === "recover" && can("CreateAttempts")) return <Recovery endpoint={endpoint} />;
  return <Empty title="There is no such page" />;
}
