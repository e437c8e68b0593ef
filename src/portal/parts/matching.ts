export type ComboOption = {
  value: string;
  text: string;
  /** Tells those of the same text apart. */
  detail?: string;
};

/** More than these nobody looks through: typing finds the others. */
const MAX_SHOWN = 100;

/** The options that have every typed word somewhere, in their order; and how many are not shown. */
export function matching(
  options: readonly ComboOption[],
  typed: string,
): { shown: readonly ComboOption[]; more: number } {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = options.filter(({ value, text, detail = "" }) => {
    const whole = `${text} ${detail} ${value}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
  return { shown: found.slice(0, MAX_SHOWN), more: Math.max(0, found.length - MAX_SHOWN) };
}

/** Where a key leads in a list of so many; -1: nowhere yet. Null: it is no such key. */
export function movedTo(key: string, at: number, count: number): number | null {
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  if (count === 0) return -1;
  if (at === -1) return key === "ArrowDown" ? 0 : count - 1;
  return (at + (key === "ArrowDown" ? 1 : count - 1)) % count;
}
