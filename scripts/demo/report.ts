import { styleText } from "node:util";

type Style = "green" | "red" | "dim" | "bold";

/** Prints what happens as it happens and remembers whether all of it was right. */
export class Report {
  #failed = 0;
  #passed = 0;

  heading(text: string): void {
    console.log(`\n${paint("bold", text)}`);
  }

  note(text: string): void {
    console.log(paint("dim", `    ${text}`));
  }

  check(ok: boolean, text: string): void {
    if (ok) this.#passed++;
    else this.#failed++;
    console.log(ok ? `  ${paint("green", "✓")} ${text}` : `  ${paint("red", "✗")} ${text}`);
  }

  /** Runs one part; whatever it throws is one failure, and the next part still runs. */
  async part(heading: string, run: () => Promise<void>): Promise<void> {
    this.heading(heading);
    try {
      await run();
    } catch (error) {
      this.check(false, error instanceof Error ? error.message : String(error));
    }
  }

  /** The last line; the exit code that goes with it. */
  end(): number {
    const ok = this.#failed === 0 && this.#passed > 0;
    const text = `${this.#passed} checks passed, ${this.#failed} failed`;
    console.log(`\n${ok ? paint("green", `✓ ${text}`) : paint("red", `✗ ${text}`)}`);
    return ok ? 0 : 1;
  }
}

function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true });
}
