import type { WriteStream } from "node:tty";

const INTERVAL_MS = 200;

/** One line at the bottom of a terminal that is written anew five times a second. */
export class ProgressLine {
  readonly #stream: WriteStream;
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout;

  constructor(stream: WriteStream, text: () => string) {
    this.#stream = stream;
    this.#text = text;
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Takes the line away, before something else is written. */
  clear(): void {
    this.#stream.write("\r\x1b[2K");
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    this.clear();
    this.#stream.write(this.#text().slice(0, Math.max(20, this.#stream.columns - 1)));
  }
}
