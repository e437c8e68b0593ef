import { describe, expect, it } from "vitest";
import { type PageRequest, pageOf, scanOf } from "../../src/core/page.ts";

const IDS = ["a", "b", "c", "d", "e"];

/** A table of {@link IDS}, read as a store reads it. */
function read(request: PageRequest): string {
  const { from, ascending, count } = scanOf(request);
  const ordered = ascending ? IDS : IDS.toReversed();
  const beyond = ordered.filter((id) => from === null || (ascending ? id > from : id < from));
  const { rows, done } = pageOf(beyond.slice(0, count), request);
  return rows.join("") + (done ? "." : "+");
}

describe("a page", () => {
  it.each([
    ["begins at the start", 2, "ascending", null, "ab+"],
    ["begins at the end when descending", 2, "descending", null, "ed+"],
    ["goes on after its iterator", 2, "ascending", "b", "cd+"],
    ["goes on after its iterator when descending", 2, "descending", "d", "cb+"],
    ["is done when nothing follows", 2, "ascending", "c", "de."],
    ["is done when it holds everything", 5, "ascending", null, "abcde."],
    ["is not done when one more row follows", 4, "ascending", null, "abcd+"],
    ["is empty after the last id", 2, "ascending", "e", "."],
    ["goes on after an id that is gone", 2, "ascending", "bb", "cd+"],
    ["backwards holds what lies right before, in display order", 2, "ascending", "-d", "bc+"],
    ["backwards holds what lies right before when descending", 2, "descending", "-b", "dc+"],
    ["backwards is done at the start", 2, "ascending", "-c", "ab."],
    ["backwards is empty before the first id", 2, "ascending", "-a", "."],
  ] as const)("%s", (_, limit, order, iterator, want) => {
    const backwards = iterator?.startsWith("-") ?? false;
    const cursor = iterator === null ? null : { id: backwards ? iterator.slice(1) : iterator, backwards };
    expect(read({ limit, order, cursor })).toBe(want);
  });
});
