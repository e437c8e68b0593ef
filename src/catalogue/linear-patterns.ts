/** Regular expressions in time that is bounded by the text, whatever the expression. */
import { RE2JS, RE2JSException } from "re2js";
import { MAX_PATTERN_STEPS } from "../core/limits/publishing.ts";

/** RE2 does not know what it uses, and of this text it cannot be left to an engine that backtracks. */
export class UnusablePattern extends Error {
  constructor(pattern: string) {
    super(`the pattern ${JSON.stringify(pattern)}, which may take too long on such a text`);
    this.name = "UnusablePattern";
  }
}

/** The patterns of one schema. */
export class LinearPatterns {
  /** Null: RE2 has no look-arounds and no back-references, and repeats nothing more than 1,000 times. */
  readonly #compiled = new Map<string, RE2JS | null>();

  /**
   * Does `work`, which must be synchronous, with every `RegExp` made meanwhile being one of these. The validator takes the
   * global one and lets no other be given; its backtracking would hold up the whole process for `^(a+)+$` and 40 letters.
   * @throws {UnusablePattern}
   */
  during<Result>(work: () => Result): Result {
    const native = globalThis.RegExp;
    const read = (pattern: string) => this.#read(pattern);
    function bounded(pattern: string, flags?: string) {
      const backtracking = new native(pattern, flags);
      const test = (text: string) => {
        const linear = read(pattern);
        if (linear !== null) return linear.test(text);
        if (backtrackingSteps(pattern, text.length) > MAX_PATTERN_STEPS) throw new UnusablePattern(pattern);
        return backtracking.test(text);
      };
      return { test };
    }
    globalThis.RegExp = bounded as unknown as RegExpConstructor;
    try {
      return work();
    } finally {
      globalThis.RegExp = native;
    }
  }

  #read(pattern: string): RE2JS | null {
    const known = this.#compiled.get(pattern);
    if (known !== undefined) return known;
    const compiled = compile(pattern);
    this.#compiled.set(pattern, compiled);
    return compiled;
  }
}

function compile(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    if (error instanceof RE2JSException) return null;
    throw error;
  }
}

/** At most so many ways to try: each repetition may end anywhere, each group be any of its branches. */
function backtrackingSteps(pattern: string, length: number): number {
  const bare = pattern
    .replace(/\\./gs, "x")
    .replace(/\[[^\]]*\]/g, "x")
    .replace(/\(\?(?:[:=!]|<[=!]|<\w+>)/g, "(");
  if (/\)[*+{]/.test(bare)) return Number.POSITIVE_INFINITY;
  const repetitions = bare.match(/[*+?]|\{\d+,/g)?.length ?? 0;
  const branches = bare.match(/\|/g)?.length ?? 0;
  return (length + 1) ** (repetitions + 1) * 2 ** branches;
}
