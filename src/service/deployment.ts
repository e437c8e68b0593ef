/** Samples of the whole deployment, and what they say of a range of time. */
import {
  type DeploymentSample,
  type EndpointTrouble,
  NO_FIGURES,
  type OverviewPoint,
  type OverviewTotals,
  type Sampled,
  seriesOf,
  stepMsOf,
  withEndpoint,
} from "../core/deployment.ts";
import { LIVE_OVERVIEW_ENDPOINTS, SAMPLE_PAGE_ROWS, SAMPLE_PAGES_PER_RUN } from "../core/limits/figures.ts";
import {
  listSamples,
  listStandings,
  loadDraft,
  type NamedEndpoint,
  nameEndpoints,
  newestSample,
  type SampleDraft,
  type StoredSample,
  saveDraft,
  saveSample,
  sumAccepted,
  thinSamples,
} from "../store/deployment-samples.ts";
import type { ServiceContext } from "./context.ts";

/** Where a walk over all applications, then all endpoints, has come to. */
type Place = { walk: "applications" | "endpoints" | "done"; appKey: number; endpointKey: number };
type Walk = SampleDraft<Place>;

const FRESH: Walk = {
  figures: NO_FIGURES,
  worst: [],
  place: { walk: "applications", appKey: 0, endpointKey: 0 },
};

/** Takes a sample, or goes on with one that a run alone could not finish; and lets go of old ones. */
export async function sampleDeployment(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  const begun = await loadDraft<Place>(DB);
  const walk = await walkOn(ctx, begun ?? FRESH);
  const { figures, worst, place } = walk;
  if (place.walk === "done") {
    await saveSample(DB, { sample: { ...figures, atMs: ctx.nowMs }, worst, wasBegun: begun !== null });
  } else {
    await saveDraft(DB, walk);
  }
  await thinSamples(DB, ctx.nowMs);
}

async function walkOn(ctx: ServiceContext, from: Walk): Promise<Walk> {
  let walk = from;
  for (let page = 0; page < SAMPLE_PAGES_PER_RUN && walk.place.walk !== "done"; page++) {
    walk =
      walk.place.walk === "applications" ? await sumApplications(ctx, walk) : await sumEndpoints(ctx, walk);
  }
  return walk;
}

async function sumApplications({ env }: ServiceContext, walk: Walk): Promise<Walk> {
  const { accepted, last } = await sumAccepted(env.DB, walk.place.appKey);
  const figures = { ...walk.figures, accepted: walk.figures.accepted + accepted };
  const place: Place =
    last === null
      ? { walk: "endpoints", appKey: 0, endpointKey: 0 }
      : { walk: "applications", appKey: last, endpointKey: 0 };
  return { ...walk, figures, place };
}

async function sumEndpoints({ env, nowMs }: ServiceContext, walk: Walk): Promise<Walk> {
  const page = await listStandings(env.DB, walk.place);
  const { figures, worst } = page.reduce<Sampled>(
    (sum, endpoint) => withEndpoint(sum, endpoint, nowMs),
    walk,
  );
  const last = page.length === SAMPLE_PAGE_ROWS ? page.at(-1) : undefined;
  const { appKey, endpointKey } = last ?? walk.place;
  return { figures, worst, place: { walk: last === undefined ? "done" : "endpoints", appKey, endpointKey } };
}

export type Overview = {
  /** The newest sample; null: the deployment is too large for its first one to be there yet. */
  current: DeploymentSample | null;
  stepMs: number;
  points: OverviewPoint[];
  totals: OverviewTotals;
  worst: (EndpointTrouble & NamedEndpoint)[];
};

/** What samples say of a range; a small deployment's ends with how it stands at this moment. */
export async function deploymentOverview(
  ctx: ServiceContext,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
): Promise<Overview> {
  const { DB } = ctx.env;
  const stepMs = stepMsOf(untilMs - sinceMs);
  const [samples, stored] = await Promise.all([
    listSamples(DB, { sinceMs, untilMs, stepMs }),
    newestSample(DB, untilMs),
  ]);
  const newest = (untilMs >= ctx.nowMs ? await sampleNow(ctx, stored) : null) ?? stored;
  const all = newest === null ? samples : [...samples, newest.sample];
  const { points, totals } = seriesOf(distinct(all));
  const worst = newest?.worst ?? [];
  return { current: newest?.sample ?? null, stepMs, points, totals, worst: await named(DB, worst) };
}

async function sampleNow(ctx: ServiceContext, stored: StoredSample | null): Promise<StoredSample | null> {
  if (stored !== null && stored.sample.endpoints > LIVE_OVERVIEW_ENDPOINTS) return null;
  const { figures, worst, place } = await walkOn(ctx, FRESH);
  return place.walk === "done" ? { sample: { ...figures, atMs: ctx.nowMs }, worst } : null;
}

function distinct(samples: DeploymentSample[]): DeploymentSample[] {
  return [...new Map(samples.map((sample) => [sample.atMs, sample])).values()];
}

async function named(db: D1Database, worst: EndpointTrouble[]): Promise<Overview["worst"]> {
  const names = new Map((await nameEndpoints(db, worst)).map((name) => [name.endpointKey, name]));
  return worst.flatMap((trouble) => {
    const name = names.get(trouble.endpointKey);
    return name === undefined ? [] : [{ ...trouble, ...name }];
  });
}
