import { useState } from "react";
import { useApp, useSession } from "../../api/context.tsx";
import { Choices } from "../../parts/choices.tsx";
import { CodeBlock } from "../../parts/code.tsx";
import { AGENT_LANGUAGES, type AgentLanguage, agentSnippet } from "../../snippets/agent.ts";

/** How a program begins to pull. */
export function Connect() {
  const { isPublisher } = useSession();
  const { path } = useApp();
  const [language, setLanguage] = useState<AgentLanguage>("node");
  const { origin } = window.location;
  return (
    <section>
      <h2>Connect an agent</h2>
      <p>
        It asks <code>{origin}/events/me/events</code>, which waits up to 55 seconds for something to happen,
        and acknowledges what is done. What is not acknowledged comes again.
      </p>
      <p className="dim">
        {isPublisher ? (
          <>
            <code>POSTHORN_TOKEN</code> is a key of an integration, without an end:{" "}
            <code>
              POST {path}/integration {'{"name": "agent"}'}
            </code>
            , then <code>GET …/integration/{"{id}"}/key</code>. Add <code>consumer=name</code> for several
            agents that each get every event, and <code>lease_seconds</code> for several workers of one.
          </>
        ) : (
          <>
            <code>POSTHORN_TOKEN</code> is a key that you get from your provider, for your programs; not the
            one of this page, which ends soon. Add <code>consumer=name</code> for several agents that each get
            every event, and <code>lease_seconds</code> for several workers of one.
          </>
        )}
      </p>
      <Choices legend="Language" options={AGENT_LANGUAGES} value={language} onChange={setLanguage} />
      <CodeBlock label="An agent" text={agentSnippet(language, origin)} />
      <p className="dim small connect-more">
        Also as a stream (<code>/events/me/stream</code>), as a WebSocket (<code>/events/me/socket</code>),
        and, for Svix's SDKs, <code>svix.message.poller</code> at <code>{path}/poller/…</code>.
      </p>
    </section>
  );
}
