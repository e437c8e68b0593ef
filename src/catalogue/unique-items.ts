/** `uniqueItems` compares every two items of a list: of a long one that would hold up the whole process. */
import { isObject } from "../core/json-object.ts";
import { MAX_UNIQUE_COMPARISONS } from "../core/limits/publishing.ts";

type Path = (string | number)[];

/** Whether a schema wants the items of some list to differ; a property of that name counts too. */
export function asksForUniqueItems(schema: unknown): boolean {
  return JSON.stringify(schema).includes('"uniqueItems":true');
}

/** The first list that is too long to be compared; null: there is none. */
export function incomparableList(payload: unknown): Path | null {
  let found: Path | null = null;
  /** How many values there are in it, itself included. */
  const countAt = (value: unknown, path: Path): number => {
    if (!Array.isArray(value) && !isObject(value)) return 1;
    const isList = Array.isArray(value);
    const entries = Object.entries(value);
    const within = entries.reduce(
      (sum, [key, part]) => sum + countAt(part, [...path, isList ? Number(key) : key]),
      0,
    );
    if (isList && entries.length * within > MAX_UNIQUE_COMPARISONS) found ??= path;
    return within + 1;
  };
  countAt(payload, []);
  return found;
}
