import type { Work } from "./applications.ts";
import { path } from "./client.ts";
import { CliFailure } from "./failure.ts";

type WithEventTypes<Result> = { result: Result; eventTypesCreated: string[] };

/**
 * Does something that names event types. Those that are not defined are made, for an event may be published under any name
 * and SwiftClaw's page names its own as if they were there; what is then refused leaves none behind.
 */
export async function withEventTypes<Result>(
  { session, client }: Omit<Work, "app">,
  names: readonly string[] | undefined,
  work: () => Promise<Result>,
): Promise<WithEventTypes<Result>> {
  try {
    return { result: await work(), eventTypesCreated: [] };
  } catch (error) {
    if (names === undefined || !isAboutEventTypes(error)) throw error;
    const made = await missingMade(client, names, error);
    if (made.length === 0) throw error;
    const said = saidOf(made);
    try {
      const result = await work();
      session.note(said);
      return { result, eventTypesCreated: made };
    } catch (refusal) {
      const isGone = await removeAll(client, made).catch(() => false);
      if (!isGone) session.note(said);
      throw refusal;
    }
  }
}

function saidOf(made: readonly string[]): string {
  return made.length === 1
    ? `There was no event type ${made[0]}: it has been created`
    : `There were no event types ${made.join(", ")}: they have been created`;
}

function isAboutEventTypes(error: unknown): error is CliFailure {
  return error instanceof CliFailure && error.code === "validation" && error.fields.includes("eventTypes");
}

type Client = Work["client"];

/** The names of those that were not there; who may not make them is told what was refused. */
async function missingMade(client: Client, names: readonly string[], refusal: CliFailure): Promise<string[]> {
  const made: string[] = [];
  try {
    for (const name of names) {
      if ((await client.find(path`/api/v1/event-type/${name}`)) !== null) continue;
      await client.post("/api/v1/event-type", { name, description: "" });
      made.push(name);
    }
    return made;
  } catch (error) {
    await removeAll(client, made).catch(() => {});
    if (!(error instanceof CliFailure)) throw error;
    const { message, exitCode, code } = refusal;
    const hint = "This key may not create them: see `posthorn event-types list`";
    throw new CliFailure(message, { exitCode, code, hint });
  }
}

/** Nobody has used them yet. */
async function removeAll(client: Client, names: readonly string[]): Promise<boolean> {
  for (const name of names) await client.delete(path`/api/v1/event-type/${name}`, { expunge: true });
  return true;
}
