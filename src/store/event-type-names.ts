/** Which of these event types have never been defined. */
export async function findUnknownEventTypes(db: D1Database, names: readonly string[]): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT name FROM event_types)")
    .bind(JSON.stringify(names))
    .all<{ value: string }>();
  return results.map(({ value }) => value);
}
