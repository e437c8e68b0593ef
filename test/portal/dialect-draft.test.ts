/** A dialect on its way through the portal's form. */
import { describe, expect, it } from "vitest";
import { DialectIn, toDialectOut } from "../../src/contract/dialects.ts";
import {
  definitionOf,
  dialectDraft,
  rangesIn,
  rangesText,
} from "../../src/portal/pages/publisher/dialects/dialect-draft.ts";
import { dialectWords } from "../../src/portal/pages/publisher/dialects/dialect-words.ts";
import { numbersIn } from "../../src/portal/parts/duration.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";

describe.each([...BUILT_IN_DIALECTS.values()])("the dialect $name", (dialect) => {
  it("comes out of the form as it went in, and the API takes it", () => {
    const { name: _, ...definition } = dialect;
    const sent = definitionOf(dialectDraft(toDialectOut(dialect, true)));
    expect(sent).toEqual(definition);
    expect(DialectIn.safeParse(sent).success).toBe(true);
  });

  it("is told in words that leave nothing out", () => {
    const words = dialectWords(toDialectOut(dialect, true));
    expect(words.map(([term]) => term)).toEqual([
      "Body",
      "Ids begin with",
      "Signature",
      "Other headers",
      "After a failure, wait",
      "Timeout",
      "Tried again",
      "On 410",
      "Receivers may say",
    ]);
    expect(words.filter(([, text]) => text === "" || text.includes("undefined"))).toEqual([]);
  });
});

describe("what is typed", () => {
  it.each([
    ["5, 300 1800", [5, 300, 1800]],
    ["", []],
    [" 1,", [1]],
    ["soon", [Number.NaN]],
  ])("%j is the waits %j", (text, waits) => {
    expect(numbersIn(text)).toEqual(waits);
  });

  it.each([
    [
      "408, 429, 500-599",
      [
        [408, 408],
        [429, 429],
        [500, 599],
      ],
    ],
    ["", []],
    ["500 – 599", [[500, 599]]],
  ])("%j is the ranges %j, which are written so again", (text, ranges) => {
    expect(rangesIn(text)).toEqual(ranges);
    expect(rangesIn(rangesText(rangesIn(text)))).toEqual(ranges);
  });
});
