/** What the official SDKs of both majors know of a deployment's own affairs, behind the newer's names. */
import * as v2 from "svix";
import * as v1 from "svix-v1";

export type OperationsClient = {
  endpoint: v2.Svix["operationalWebhook"]["endpoint"];
  integration: Pick<v2.Svix["integration"], "list" | "create" | "get" | "update" | "delete" | "rotateKey"> & {
    /** The newer one has dropped it. */
    getKey: ((appId: string, integrationId: string) => Promise<{ key: string }>) | null;
  };
  connector: Pick<v2.Svix["connector"], "list" | "create" | "get" | "upsert" | "delete" | "patch">;
  environment: v2.Svix["environment"];
};

const REQUEST_WITHIN_MS = 20_000;

export function newerOperations(token: string, serverUrl: string): OperationsClient {
  const svix = new v2.Svix(token, { serverUrl, requestTimeout: REQUEST_WITHIN_MS });
  const { integration } = svix;
  return {
    endpoint: svix.operationalWebhook.endpoint,
    integration: Object.assign(Object.create(integration) as typeof integration, { getKey: null }),
    connector: svix.connector,
    environment: svix.environment,
  };
}

export function olderOperations(token: string, serverUrl: string): OperationsClient {
  const svix = new v1.Svix(token, { serverUrl: `${serverUrl}/`, requestTimeout: REQUEST_WITHIN_MS });
  const { operationalWebhookEndpoint: endpoint, integration, connector, environment } = svix;
  const renamed = {
    endpoint: Object.assign(Object.create(endpoint) as typeof endpoint, {
      upsert: endpoint.update.bind(endpoint),
      setHeaders: endpoint.updateHeaders.bind(endpoint),
      create: (body: v2.OperationalWebhookEndpointIn) => endpoint.create(olderNames(body)),
    }),
    integration,
    connector: Object.assign(Object.create(connector) as typeof connector, {
      upsert: connector.update.bind(connector),
    }),
    environment,
  };
  // The two majors declare the same enums, each for itself.
  return renamed as unknown as OperationsClient;
}

function olderNames({
  eventTypes,
  ...rest
}: v2.OperationalWebhookEndpointIn): v1.OperationalWebhookEndpointIn {
  return { ...rest, ...(eventTypes === undefined ? {} : { filterTypes: eventTypes }) };
}
