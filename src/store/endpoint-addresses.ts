/** Endpoints as places where attempts are kept: deleted ones too, because their attempts stay readable. */
import type { EndpointAddress } from "../core/endpoint.ts";
import { ENDPOINT_ID_PREFIX, keyOfId } from "../core/ids.ts";
import { MAX_ENDPOINTS_PER_APP } from "../core/limits/resources.ts";

type AddressRow = { app_key: number; key: number; id: string };

const ADDRESS_SQL = "SELECT app_key, key, id FROM endpoints WHERE app_key = ?1";

/** Every live endpoint of the application and, as far as the bound allows, the newest deleted ones. */
export async function listAddresses(db: D1Database, appKey: number): Promise<EndpointAddress[]> {
  const { results } = await db
    .prepare(`${ADDRESS_SQL} ORDER BY deleted_at IS NOT NULL, id DESC LIMIT ?2`)
    .bind(appKey, MAX_ENDPOINTS_PER_APP)
    .all<AddressRow>();
  return results.map(addressOf);
}

/** The endpoint with this id, deleted or not, or the live one with this uid; null when there is none. */
export async function findAddress(
  db: D1Database,
  appKey: number,
  idOrUid: string,
): Promise<EndpointAddress | null> {
  const key = keyOfId(ENDPOINT_ID_PREFIX, idOrUid);
  const statement =
    key === null
      ? db.prepare(`${ADDRESS_SQL} AND uid = ?2`).bind(appKey, idOrUid)
      : db.prepare(`${ADDRESS_SQL} AND key = ?2 AND id = ?3`).bind(appKey, key, idOrUid);
  const row = await statement.first<AddressRow>();
  return row === null ? null : addressOf(row);
}

/** The endpoint with this key, deleted or not; null when the application has none such. */
export async function addressOfKey(
  db: D1Database,
  appKey: number,
  endpointKey: number,
): Promise<EndpointAddress | null> {
  const row = await db.prepare(`${ADDRESS_SQL} AND key = ?2`).bind(appKey, endpointKey).first<AddressRow>();
  return row === null ? null : addressOf(row);
}

function addressOf(row: AddressRow): EndpointAddress {
  return { appKey: row.app_key, endpointKey: row.key, endpointId: row.id };
}
