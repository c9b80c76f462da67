import { ProgressLine } from "./progress-line.ts";

/** What a terminal could take for more than text. JSON has most control characters escaped already. */
const UNFIT = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A value as one line of JSON that is the same to a program, and harmless on a terminal. */
export const jsonLine = (value: object): string =>
  JSON.stringify(value).replace(UNFIT, (unfit) => `\\u${unfit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Where a command's words go: results to standard output, for a person or with `--json` a program; all else not. */
export class Output {
  readonly isJson: boolean;
  readonly #results: NodeJS.WriteStream;
  #progress: ProgressLine | undefined;

  /** `results` is another stream than standard output when that one has bytes to carry. */
  constructor(isJson: boolean, results: NodeJS.WriteStream = process.stdout) {
    this.isJson = isJson;
    this.#results = results;
  }

  /** Columns of the terminal that results go to; `undefined`: they go elsewhere. */
  get columns(): number | undefined {
    // A terminal that has no size says 0.
    return this.#results.isTTY ? this.#results.columns || 80 : undefined;
  }

  /** A result in words, and the same for a program. */
  result(text: string, value: object): void {
    this.#progress?.clear();
    this.#results.write(`${this.isJson ? jsonLine(value) : text}\n`);
  }

  /** Something about a result that is for people only. */
  remark(text: string): void {
    if (this.isJson) return;
    this.#progress?.clear();
    this.#results.write(`${text}\n`);
  }

  /** Something to know that is no result. */
  notice(text: string): void {
    this.#progress?.clear();
    process.stderr.write(`${text}\n`);
  }

  /** Shows how far something has come, where a person looks on. */
  follow(text: () => string): void {
    if (!this.isJson && process.stderr.isTTY) this.#progress ??= new ProgressLine(process.stderr, text);
  }

  /** Takes the progress away. */
  stop(): void {
    this.#progress?.stop();
    this.#progress = undefined;
  }
}
