/** Regular expressions in time that grows with the text alone (RE2), whatever the expression. */
import { RE2JS, RE2JSException } from "re2js";

/** RE2 has no look-arounds and no back-references, and repeats nothing more than 1,000 times. */
export class UnusablePattern extends Error {
  constructor(pattern: string, cause: Error) {
    super(`the pattern ${JSON.stringify(pattern)} (${cause.message})`, { cause });
    this.name = "UnusablePattern";
  }
}

/** The patterns of one schema. */
export class LinearPatterns {
  readonly #compiled = new Map<string, RE2JS>();

  /**
   * Does `work`, which must be synchronous, with every `RegExp` made meanwhile being one of these. The validator takes the
   * global one and lets no other be given; its backtracking would hold up the whole process for `^(a+)+$` and 40 letters.
   * @throws {UnusablePattern}
   */
  during<Result>(work: () => Result): Result {
    const native = globalThis.RegExp;
    const test = (pattern: string, text: string) => this.#read(pattern).test(text);
    function linear(pattern: string, flags?: string) {
      // Says what is no expression at all, as always.
      new native(pattern, flags);
      return { test: (text: string) => test(pattern, text) };
    }
    globalThis.RegExp = linear as unknown as RegExpConstructor;
    try {
      return work();
    } finally {
      globalThis.RegExp = native;
    }
  }

  #read(pattern: string): RE2JS {
    const known = this.#compiled.get(pattern);
    if (known !== undefined) return known;
    try {
      const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
      this.#compiled.set(pattern, compiled);
      return compiled;
    } catch (error) {
      if (error instanceof RE2JSException) throw new UnusablePattern(pattern, error);
      throw error;
    }
  }
}
