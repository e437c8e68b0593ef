import type { ApplicationOut } from "../contract/applications.ts";
import { APP_ID_PREFIX } from "../core/ids.ts";
import { type Client, path } from "./client.ts";
import type { Session } from "./session.ts";

/**
 * Finds an application, or makes one of this uid: who says `webhooks create my-agent` has an agent, and means its
 * application (seeds/swiftclaw, "Create Webhook Endpoint"). An id (`app_…`) is never made up.
 */
export async function ensureApplication(session: Session, client: Client, name: string): Promise<boolean> {
  const at = path`/api/v1/app/${name}`;
  if (name.startsWith(APP_ID_PREFIX)) {
    await client.get(at);
    return false;
  }
  const found = await client.find<ApplicationOut>(at);
  if (found !== null) return false;
  await client.post("/api/v1/app", { name, uid: name }, { get_if_exists: true });
  session.note(`There was no application ${name}: it has been created`);
  return true;
}
