import { afterEach, expect, it, vi } from "vitest";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { aMessageOf, interceptTarget, nowhere } from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";

afterEach(() => vi.restoreAllMocks());

it("says that messages wait for the endpoint's rate, since when, and no longer when none does", async () => {
  const { id: appId } = await anApplication();
  const endpoint = await anEndpointOf(appId, { url: nowhere(), throttleRate: 1 });
  const requests = interceptTarget(endpoint.url, () => new Response());
  const status = async () =>
    (await api("GET", `/api/v1/app/${appId}/endpoint/${endpoint.id}/rate-limit-status`)).body;
  expect(await status()).toEqual({ status: "Ok", throttledSince: null });
  for (let count = 0; count < 4; count++) await aMessageOf(appId);
  const throttled = { status: "RateLimited", throttledSince: expect.stringMatching(/^20.*Z$/) };
  await vi.waitFor(async () => expect(await status()).toEqual(throttled), { timeout: 10_000 });
  await vi.waitFor(() => expect(requests).toHaveLength(4), { timeout: 20_000 });
  const idle = { status: "Ok", throttledSince: null };
  await vi.waitFor(async () => expect(await status()).toEqual(idle), { timeout: 10_000 });
}, 60_000);
