/** The few calls of the API that the bench and the chaos run need. */
const ANSWER_WITHIN_MS = 20_000;

export type Api = { url: string; key: string };

export async function callApi<Body>(api: Api, method: string, path: string, sent?: object): Promise<Body> {
  const response = await fetch(`${api.url}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${api.key}`,
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 200)}`);
  return (text === "" ? undefined : JSON.parse(text)) as Body;
}

export type Endpoint = { id: string };

/** An application with an endpoint at each of the URLs; its uid is `uid`. */
export async function makeApplication(
  api: Api,
  { uid, urls, policy = {} }: { uid: string; urls: string[]; policy?: object },
): Promise<Endpoint[]> {
  await callApi(api, "POST", "app", { name: uid, uid });
  await callApi(api, "PUT", `app/${uid}/delivery-policy`, policy);
  const endpoints: Endpoint[] = [];
  for (const url of urls)
    endpoints.push(await callApi<Endpoint>(api, "POST", `app/${uid}/endpoint`, { url }));
  return endpoints;
}
