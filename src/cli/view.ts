/** How answers look to people: pure, so that tables can be tested. */

import { styleText } from "node:util";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../core/units.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
export type Paint = (style: Style, text: string) => string;

/** Null: as wide as it gets. */
export type View = { paint: Paint; columns: number | null; nowMs: number };

/** `whole`: never cut, because people copy it. */
export type Column = { title: string; align?: "right"; style?: Style; whole?: true };
export type Cell = string | { text: string; style: Style };

const GAP = "  ";
const MIN_COLUMN = 8;

export function paintWith(colours: boolean): Paint {
  return (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);
}

export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  { isTTY, allowed }: { isTTY: boolean; allowed: boolean },
): boolean {
  if (!allowed || (env.NO_COLOR ?? "") !== "") return false;
  if ((env.FORCE_COLOR ?? "0") !== "0") return true;
  return isTTY && env.TERM !== "dumb";
}

/** What others wrote must not steer the terminal: a response body may hold escape sequences. */
export function clean(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/\p{Cc}|\p{Cf}/gu, "�");
}

const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

function symbolsOf(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Columns of a terminal. */
export function widthOf(text: string): number {
  return symbolsOf(text).reduce((sum, symbol) => sum + (WIDE.test(symbol) ? 2 : 1), 0);
}

/** No wider than that, with a sign that something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const symbol of symbolsOf(text)) {
    used += WIDE.test(symbol) ? 2 : 1;
    if (used > width - 1) break;
    kept += symbol;
  }
  return `${kept}…`;
}

function fill(text: string, width: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "right" ? space + text : text + space;
}

/** Narrows the widest columns until the table fits, but those that stay whole. */
export function fittedWidths(
  natural: readonly number[],
  columns: number | null,
  whole: readonly boolean[] = [],
): number[] {
  const widths = [...natural];
  if (columns === null) return widths;
  const room = columns - GAP.length * (widths.length - 1);
  for (let over = sum(widths) - room; over > 0; over = sum(widths) - room) {
    const mayShrink = widths.map((width, at) => (whole[at] === true ? 0 : width));
    const widest = Math.max(...mayShrink);
    if (widest <= MIN_COLUMN) break;
    const at = mayShrink.indexOf(widest);
    const second = Math.max(MIN_COLUMN, ...mayShrink.filter((_, index) => index !== at));
    widths[at] = Math.max(widest - over, Math.min(second, widest - 1), MIN_COLUMN);
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

export function table(view: View, columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => columns.map((_, at) => clean(textOf(row[at] ?? ""))));
  const natural = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...texts.map((row) => widthOf(row[at] ?? ""))),
  );
  const widths = fittedWidths(
    natural,
    view.columns,
    columns.map(({ whole }) => whole === true),
  );
  const line = (cells: readonly string[], style: (at: number) => Style | null) =>
    cells
      .map((text, at) => {
        const width = widths[at] ?? 0;
        const short = cut(text, width);
        const last = at === cells.length - 1 && columns[at]?.align !== "right";
        const filled = last ? short : fill(short, width, columns[at]?.align);
        const chosen = style(at);
        return chosen === null || short === "" ? filled : view.paint(chosen, filled);
      })
      .join(GAP)
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title.toUpperCase()),
    () => "dim",
  );
  const body = texts.map((row, index) =>
    line(row, (at) => styleOf(rows[index]?.[at] ?? "") ?? columns[at]?.style ?? null),
  );
  return [head, ...body].join("\n");
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function styleOf(cell: Cell): Style | null {
  return typeof cell === "string" ? null : cell.style;
}

/** Names and values under each other; what is null is left out. */
export function fields(view: View, pairs: readonly (readonly [string, Cell | null])[]): string {
  const shown = pairs.flatMap(([name, cell]) => (cell === null ? [] : [[name, cell] as const]));
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown
    .map(([name, cell]) => {
      const text = clean(textOf(cell));
      const style = styleOf(cell);
      return `${view.paint("dim", fill(name, width, undefined))}${GAP}${style === null ? text : view.paint(style, text)}`;
    })
    .join("\n");
}

/** `5s ago`, `in 3m`; a date when it is far away. */
export function ago(view: Pick<View, "nowMs">, iso: string | null): string {
  if (iso === null) return "–";
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  const distanceMs = view.nowMs - atMs;
  const sizeMs = Math.abs(distanceMs);
  if (sizeMs >= 14 * DAY_MS) return iso.slice(0, 10);
  if (sizeMs < 1000) return "now";
  return distanceMs > 0 ? `${span(sizeMs)} ago` : `in ${span(sizeMs)}`;
}

export function span(durationMs: number): string {
  if (durationMs < MINUTE_MS) return `${Math.floor(durationMs / 1000)}s`;
  if (durationMs < HOUR_MS) return `${Math.floor(durationMs / MINUTE_MS)}m`;
  if (durationMs < 2 * DAY_MS) return `${Math.floor(durationMs / HOUR_MS)}h`;
  return `${Math.floor(durationMs / DAY_MS)}d`;
}

/** `1 request`, `2 requests`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** `████████░░░░  66%  2/3` */
export function bar(view: Pick<View, "paint">, { done, total }: { done: number; total: number }): string {
  const WIDTH = 24;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * WIDTH);
  const blocks = view.paint("cyan", "█".repeat(full)) + view.paint("dim", "░".repeat(WIDTH - full));
  return `${blocks}  ${String(Math.floor(share * 100)).padStart(3)}%  ${done}/${total}`;
}
