/** The event catalogue as others see it: as a document, and as a public page when the deployment publishes it. */
import { type OpenApiDocument, openApiOf } from "../../catalogue/openapi-export.ts";
import { CATALOGUE_CACHE_MS, MAX_CATALOGUE_EVENT_TYPES } from "../../core/limits/catalogue.ts";
import { type CataloguePage, getCataloguePage, saveCataloguePage } from "../../store/catalogue-page.ts";
import type { Database } from "../../store/database.ts";
import { type EventType, type FlagView, listEventTypes } from "../../store/event-types.ts";
import type { ServiceContext } from "../context.ts";

const DEFAULT_TITLE = "Webhook events";

/** Whether anybody may see the catalogue, and what it is called. */
export type ShownPage = { published: boolean; title: string };

/** A variable publishes it whatever was set through the API. */
export async function cataloguePage({ db, config }: ServiceContext): Promise<ShownPage> {
  const page = await getCataloguePage(db);
  return { published: config.publishCatalogue || page.published, title: page.title ?? DEFAULT_TITLE };
}

/** Sets it, in this isolate at once and in others within {@link CATALOGUE_CACHE_MS}. */
export async function setCataloguePage(ctx: ServiceContext, page: CataloguePage): Promise<ShownPage> {
  await saveCataloguePage(ctx.db, page, ctx.nowMs);
  cached = null;
  return cataloguePage(ctx);
}

/** What was set through the API, whatever the variable says. */
export async function publishedByApi(db: Database): Promise<boolean> {
  return (await getCataloguePage(db)).published;
}

/** {@link setCataloguePage} that leaves the title as it is. */
export async function setPublished(ctx: ServiceContext, published: boolean): Promise<void> {
  await setCataloguePage(ctx, { ...(await getCataloguePage(ctx.db)), published });
}

/** Every event type that is not archived, by name. */
async function listAll({ db }: ServiceContext, flags: FlagView): Promise<EventType[]> {
  return listEventTypes(
    db,
    { from: null, ascending: true, count: MAX_CATALOGUE_EVENT_TYPES },
    { includeArchived: false, withContent: true, flags },
  );
}

/** What of it the caller may see, as an OpenAPI document. */
export async function catalogueDocument(ctx: ServiceContext): Promise<OpenApiDocument> {
  const [{ title }, eventTypes] = await Promise.all([cataloguePage(ctx), listAll(ctx, ctx.flags)]);
  return openApiOf(title, eventTypes);
}

export type PublicCatalogue = { title: string; eventTypes: EventType[]; document: OpenApiDocument };

let cached: { catalogue: PublicCatalogue | null; readAtMs: number } | null = null;

/**
 * What anybody may see, without types that a flag hides; null when it is not published. Kept for a moment, because
 * whoever asks has no token, and must not make the database work each time.
 */
export async function publicCatalogue(ctx: ServiceContext): Promise<PublicCatalogue | null> {
  if (cached !== null && ctx.nowMs - cached.readAtMs < CATALOGUE_CACHE_MS) return cached.catalogue;
  const { published, title } = await cataloguePage(ctx);
  const eventTypes = published ? await listAll(ctx, []) : [];
  const catalogue = published ? { title, eventTypes, document: openApiOf(title, eventTypes) } : null;
  cached = { catalogue, readAtMs: ctx.nowMs };
  return catalogue;
}
