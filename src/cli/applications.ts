import type { ApplicationOut } from "../contract/applications.ts";
import { APP_ID_PREFIX } from "../core/ids.ts";
import { type Client, path } from "./client.ts";
import { CliFailure, EXIT } from "./failure.ts";
import type { Session } from "./session.ts";

export type Work = { session: Session; client: Client; app: string };
type InApplication<Result> = { result: Result; applicationCreated: boolean };

/**
 * Does something in an application, which is made when there is none of this uid: who says `webhooks create my-agent` has an
 * agent, and means its application (seeds/swiftclaw, "Create Webhook Endpoint"). An id (`app_…`) is never made up. It is
 * asked for only when it is not there, so that a key that may do the work needs no more than that.
 */
export async function inApplication<Result>(
  { session, client, app }: Work,
  work: () => Promise<Result>,
): Promise<InApplication<Result>> {
  try {
    return { result: await work(), applicationCreated: false };
  } catch (error) {
    const isMissing = error instanceof CliFailure && error.missing === "application";
    if (!isMissing || app.startsWith(APP_ID_PREFIX)) throw error;
    const made = await madeApplication(client, app, error);
    const said = `There was no application ${app}: it has been created`;
    try {
      const result = await work();
      session.note(said);
      return { result, applicationCreated: true };
    } catch (refusal) {
      // What was refused leaves nothing behind, or it is said.
      const isGone = await removeEmpty(client, made).catch(() => false);
      if (!isGone) session.note(said);
      throw refusal;
    }
  }
}

/** Null when somebody else has made it meanwhile. */
async function madeApplication(
  client: Client,
  uid: string,
  notThere: CliFailure,
): Promise<ApplicationOut | null> {
  try {
    return await client.post<ApplicationOut>("/api/v1/app", { name: uid, uid });
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    if (error.code === "conflict") return null;
    if (error.exitCode !== EXIT.notAuthorised) throw error;
    const { message, code } = notThere;
    const hint = "This key may not create it: that takes a publisher key with the scope manage";
    throw new CliFailure(message, { exitCode: EXIT.notFound, code, hint });
  }
}

/** Whether it is gone: not when somebody has put something into it meanwhile. */
async function removeEmpty(client: Client, made: ApplicationOut | null): Promise<boolean> {
  if (made === null) return true;
  const at = path`/api/v1/app/${made.id}`;
  const found = await Promise.all([
    client.list(`${at}/endpoint`, { limit: 1 }),
    client.list(`${at}/msg`, { limit: 1 }),
  ]);
  if (found.flat().length > 0) return false;
  await client.delete(at);
  return true;
}
