/** What a receiver has to know of the wire, and who is told which dialects there are. */
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";
import { anOperationalEndpoint, OPERATIONAL } from "../support/operational.ts";

const BUILT_IN = ["standard", "svix", "clawlabor", "clawbook", "clawget", "swiftclaw"];

describe("how an endpoint's messages look on the wire", () => {
  it("is told with the dialects that a policy may name: to a consumer no other customer's", async () => {
    const [mine, others] = [`mine-${crypto.randomUUID()}`, `others-${crypto.randomUUID()}`];
    for (const name of [mine, others]) await api("PUT", `/api/v1/dialect/${name}`, { json: {} });
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id);
    const path = `/api/v1/app/${app.id}/endpoint/${id}`;
    await api("PATCH", `${path}/delivery-policy`, { json: { dialect: mine } });
    const publisher = await api("GET", `${path}/wire`);
    expect(publisher.body).toMatchObject({ dialect: { name: mine, builtIn: false }, disabledReason: null });
    const { dialects } = publisher.body as { dialects: string[] };
    expect(dialects).toEqual(expect.arrayContaining([...BUILT_IN, mine, others]));
    const consumer = await api("GET", `${path}/wire`, { token: await aConsumerToken(app.id) });
    expect(consumer.body).toMatchObject({ dialects: [...BUILT_IN, mine] });
  });

  it("is told of an operational endpoint to the publisher", async () => {
    const { id } = await anOperationalEndpoint({ disabled: true });
    const { status, body } = await api("GET", `${OPERATIONAL}/${id}/wire`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ dialect: { name: "svix", builtIn: true }, disabledReason: null });
  });
});
