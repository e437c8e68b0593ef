import { REDACTED } from "../core/attempt-log.ts";
import type { EndpointConfig, EndpointSecret } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import { isListenUrl } from "../core/listen.ts";
import { type Env, parseConfig } from "../env.ts";
import { buildRequest, importMasterKey, type MasterKey, unseal } from "../wire/index.ts";
import { Deadlines, systemClock } from "./deadlines.ts";
import { findInboxFetch, type ShownHeaders } from "./inbox-fetch.ts";
import type { SentAttempt } from "./ledger.ts";
import { listenerFetch } from "./listener-fetch.ts";
import { type SendDeps, sendAttempt } from "./send.ts";

export type AttemptDeps = {
  fetch: typeof fetch;
  nowMs(): number;
  masterKey(): Promise<MasterKey>;
  rules: { allowHttp: boolean; allowPrivate: boolean };
  deadlines: Deadlines;
  /** The way to who listens from a terminal; none: nobody can. */
  listener?(config: EndpointConfig, event: LoggedEvent): typeof fetch;
  /** The way to the inbox that a URL is of, null: of none; left out: there are none. */
  inbox?(url: string): Promise<((shown: ShownHeaders) => typeof fetch) | null>;
};

type Way = { config: EndpointConfig; event: LoggedEvent; shown: ShownHeaders };

type Opened = { version: number; secrets: EndpointSecret[]; customHeaders: Record<string, string> };

/** A sender as the deployment's settings want it. */
export function createSender(env: Env): Sender {
  const { OUTBOUND, POSTHORN_MASTER_KEY } = env;
  const { allowHttpTargets, allowPrivateTargets } = parseConfig(env);
  let masterKey: Promise<MasterKey> | null = null;
  return new Sender({
    fetch: (input, init) => (OUTBOUND === undefined ? fetch(input, init) : OUTBOUND.fetch(input, init)),
    nowMs: () => Date.now(),
    masterKey: () => (masterKey ??= importMasterKey(POSTHORN_MASTER_KEY)),
    rules: { allowHttp: allowHttpTargets, allowPrivate: allowPrivateTargets },
    deadlines: new Deadlines(systemClock()),
    listener: (config, event) => listenerFetch(env, config, event),
    inbox: (url) => findInboxFetch(env, url),
  });
}

/** Makes attempts for one endpoint: opens its secrets once a configuration, signs and sends each event afresh. */
export class Sender {
  readonly #deps: AttemptDeps;
  #opened: Promise<Opened> | null = null;
  #openedVersion = -1;

  constructor(deps: AttemptDeps) {
    this.#deps = deps;
  }

  async send(event: LoggedEvent, config: EndpointConfig): Promise<SentAttempt> {
    const { secrets, customHeaders } = await this.#open(config);
    const { headers, body } = await buildRequest({
      dialect: config.dialect,
      event,
      appKey: config.appKey,
      secrets,
      customHeaders,
      nowMs: this.#deps.nowMs(),
    });
    const timeoutMs = config.policy.timeoutSeconds * 1000;
    const requestHeaders = shownHeaders(headers, customHeaders);
    const deps = await this.#way({ config, event, shown: requestHeaders });
    const sent = await sendAttempt({ url: config.url, headers, body, timeoutMs }, deps);
    return { ...sent, url: config.url, requestHeaders };
  }

  /** Who listens and what an inbox takes is reached without the network, so that its rules do not matter there. */
  async #way({ config, event, shown }: Way): Promise<SendDeps> {
    const deps = this.#deps;
    const listener = isListenUrl(config.url) ? deps.listener?.(config, event) : undefined;
    if (listener !== undefined) return { ...deps, fetch: listener };
    const inbox = await deps.inbox?.(config.url);
    if (inbox == null) return deps;
    return { ...deps, fetch: inbox(shown), rules: { allowHttp: true, allowPrivate: true } };
  }

  #open(config: EndpointConfig): Promise<Opened> {
    if (this.#opened === null || this.#openedVersion !== config.version) {
      this.#openedVersion = config.version;
      this.#opened = this.#unseal(config);
      // A failure must not be remembered: the next attempt tries again.
      this.#opened.catch(() => {
        this.#opened = null;
      });
    }
    return this.#opened;
  }

  async #unseal(config: EndpointConfig): Promise<Opened> {
    const { version, endpointId, sealedSecrets, sealedHeaders } = config;
    const key = await this.#deps.masterKey();
    const open = async <T>(sealed: string | null, empty: T): Promise<T> =>
      sealed === null ? empty : (JSON.parse(await unseal(key, sealed, endpointId)) as T);
    return {
      version,
      secrets: await open<EndpointSecret[]>(sealedSecrets, []),
      customHeaders: await open<Record<string, string>>(sealedHeaders, {}),
    };
  }
}

/** What the attempt log shows of the request: of the endpoint's own headers, encrypted at rest, only the names. */
function shownHeaders(sent: Record<string, string>, custom: Record<string, string>): Record<string, string> {
  const hidden = new Set(Object.keys(custom).map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, hidden.has(name.toLowerCase()) ? REDACTED : value]),
  );
}
