/** A whole agent: takes events in order, acknowledges each after the work, and tries again when something fails. */

const NODE_TIMERS = ["import { setTimeout as sleep }", 'from "node:timers/promises";'].join(" ");

export const AGENT_LANGUAGES = [
  ["node", "Node"],
  ["python", "Python"],
  ["curl", "curl"],
] as const;
export type AgentLanguage = (typeof AGENT_LANGUAGES)[number][0];

export function agentSnippet(language: AgentLanguage, origin: string): string {
  return SNIPPETS[language](`${origin}/events/me/events`);
}

const SNIPPETS: Record<AgentLanguage, (url: string) => string> = {
  node: (url) => `${NODE_TIMERS}
const headers = { authorization: \`Bearer \${process.env.POSTHORN_TOKEN}\`, "content-type": "application/json" };
async function call(path, request) {
  const answer = await fetch(\`${url}\${path}\`, { headers, signal: AbortSignal.timeout(60_000), ...request });
  return answer.ok ? answer.json() : Promise.reject(\`\${answer.status} \${await answer.text()}\`);
}
async function takeEvents() {
  for (const event of (await call("?wait=50")).events) {
    console.log("working on", event); // your work
    await call("/ack", { method: "POST", body: JSON.stringify({ event_ids: [event.event_id] }) });
  }
}
for (let failures = 0; ; await sleep(failures && Math.min(60_000, 500 * 2 ** failures)))
  failures = (await takeEvents().catch((error) => console.error("again:", error) ?? failures + 1)) ?? 0;`,
  python: (url) => `import json, os, time, urllib.request
HEADERS = {"Authorization": f"Bearer {os.environ['POSTHORN_TOKEN']}", "Content-Type": "application/json"}
def call(path, body=None):
    url, data = f"${url}{path}", body and json.dumps(body).encode()
    return json.load(urllib.request.urlopen(urllib.request.Request(url, data, HEADERS), timeout=60))
delay = 0.5
while True:
    try:
        for event in call("?wait=50")["events"]:
            print("working on", event, flush=True)  # your work
            call("/ack", {"event_ids": [event["event_id"]]})
        delay = 0.5
    except Exception as error:
        print("trying again:", error, flush=True)
        time.sleep(delay := min(60, 2 * delay))`,
  curl: (url) => `curl -sS "${url}?wait=50" -H "Authorization: Bearer $POSTHORN_TOKEN"

# after the work:
curl -sS "${url}/ack" -H "Authorization: Bearer $POSTHORN_TOKEN" \\
  -H "Content-Type: application/json" -d '{"event_ids": [1]}'`,
};
