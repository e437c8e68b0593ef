/** A deployment's configuration as one document, out and in. */
import { MAX_PAGE_SIZE } from "../core/limits/requests.ts";
import { MAX_CONNECTORS, MAX_EXPORTED_ROWS, MAX_SETTINGS_BYTES } from "../core/limits/resources.ts";
import type { PageScan } from "../core/page.ts";
import { type Connector, countConnectors, listConnectors } from "../store/connectors.ts";
import {
  type EventType,
  type EventTypeFields,
  listEventTypes,
  saveEventTypes,
} from "../store/event-types.ts";
import { getEnvironmentSettings, type Settings, saveEnvironmentSettings } from "../store/settings.ts";
import { publishedByApi, setPublished } from "./catalogue/catalogue-page.ts";
import { type ConnectorFields, importConnectors } from "./connectors.ts";
import type { ServiceContext } from "./context.ts";
import { forgetPayloadChecks } from "./messages/accept-checked.ts";

export type Environment = { eventTypes: EventType[]; settings: Settings | null; connectors: Connector[] };

/** The setting that says whether `/catalogue` is public: the page's own row holds it, whatever else was imported. */
const PUBLISHED = "eventCatalogPublished";

/** Null when there is too much for one document. */
export async function exportEnvironment(ctx: ServiceContext): Promise<Environment | null> {
  const { db } = ctx;
  const types = { includeArchived: true, withContent: true, flags: null };
  const eventTypes = await readAll(
    (scan) => listEventTypes(db, scan, types),
    ({ name }) => name,
  );
  const all = { productType: null, flags: null };
  const connectors = await readAll(
    (scan) => listConnectors(db, scan, all),
    ({ id }) => id,
  );
  if (eventTypes === null || connectors === null) return null;
  return { eventTypes, settings: await exportedSettings(ctx), connectors };
}

async function exportedSettings({ db }: ServiceContext): Promise<Settings | null> {
  const [settings, published] = await Promise.all([getEnvironmentSettings(db), publishedByApi(db)]);
  return settings === null && !published ? null : { ...settings, [PUBLISHED]: published };
}

async function readAll<Row>(
  read: (scan: PageScan) => Promise<Row[]>,
  idOf: (row: Row) => string,
): Promise<Row[] | null> {
  const rows: Row[] = [];
  let from: string | null = null;
  while (rows.length <= MAX_EXPORTED_ROWS) {
    const page: Row[] = await read({ from, ascending: true, count: MAX_PAGE_SIZE });
    rows.push(...page);
    const last = page.at(-1);
    if (page.length < MAX_PAGE_SIZE || last === undefined) return rows;
    from = idOf(last);
  }
  return null;
}

export type Import = {
  eventTypes: { name: string; fields: EventTypeFields }[];
  /** Laid over those there are; null: none. */
  settings: Settings | null;
  connectors: ConnectorFields[];
};

export type ImportOutcome = "imported" | "too_many_connectors" | "settings_too_large";

/** Adds and replaces, removes nothing. One thing after the other: after a failure, import it again. */
export async function importEnvironment(ctx: ServiceContext, given: Import): Promise<ImportOutcome> {
  const settings = { ...(await getEnvironmentSettings(ctx.db)), ...given.settings };
  if (JSON.stringify(settings).length > MAX_SETTINGS_BYTES) return "settings_too_large";
  if ((await countConnectors(ctx.db)) + given.connectors.length > MAX_CONNECTORS) {
    return "too_many_connectors";
  }
  await saveEventTypes(ctx.db, given.eventTypes, ctx.nowMs);
  forgetPayloadChecks();
  await importConnectors(ctx, given.connectors);
  if (given.settings !== null) await saveEnvironmentSettings(ctx.db, settings, ctx.nowMs);
  const published = given.settings?.[PUBLISHED];
  if (typeof published === "boolean") await setPublished(ctx, published);
  return "imported";
}
