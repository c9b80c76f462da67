import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Film } from "./watch-film.ts";
import { bytesOf } from "./watch-index.ts";

/** Longer than this for the next byte, and a measurement is given up. */
const PATIENCE_MS = 60_000;

/**
 * One request for a film from some byte to its end, on a connection of its own, as a browser makes them. What comes is
 * compared with the film.
 */
export class RangeReading {
  /** Bytes before this one have come. */
  at: number;
  readonly #film: Film;
  readonly #request: ClientRequest;
  #answer: IncomingMessage | undefined;
  #failure: Error | undefined;
  #isOver = false;
  #wake: () => void = () => {};
  readonly #onBytes: (at: number) => void;

  constructor(url: string, film: Film, start: number, onBytes: (at: number) => void = () => {}) {
    this.at = start;
    this.#film = film;
    this.#onBytes = onBytes;
    this.#request = request(url, { agent: false, headers: { range: `bytes=${start}-` } }, (answer) =>
      this.#take(answer, start),
    );
    this.#request.setTimeout(PATIENCE_MS, () => this.#fail(new Error(`${url}: nothing for ${PATIENCE_MS} ms`)));
    this.#request.on("error", (error) => this.#fail(error)).end();
  }

  /** Whether nothing more comes: all is here, or it failed, or was aborted. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waits until the bytes before `end` have come. @throws Error when they do not */
  async until(end: number): Promise<void> {
    while (this.at < end) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) throw new Error(`the answer ended at ${this.at}, before ${end}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  pause(): void {
    this.#answer?.pause();
  }

  resume(): void {
    this.#answer?.resume();
  }

  /** Closes the connection, whatever is under way. */
  abort(): void {
    this.#isOver = true;
    this.#request.destroy();
  }

  #take(answer: IncomingMessage, start: number): void {
    this.#answer = answer;
    const range = answer.headers["content-range"];
    const isWhole = answer.statusCode === 200 && start === 0;
    if (!isWhole && (answer.statusCode !== 206 || !range?.startsWith(`bytes ${start}-`)))
      this.#fail(new Error(`bytes from ${start} were asked for; ${answer.statusCode}, ${range}`));
    answer.on("data", (bytes: Buffer) => {
      if (this.#isOver) return;
      if (!bytes.equals(bytesOf(this.#film.path, { start: this.at, end: this.at + bytes.length })))
        this.#fail(new Error(`wrong bytes at ${this.at}`));
      this.at += bytes.length;
      this.#onBytes(this.at);
      this.#wake();
    });
    answer.on("close", () => {
      this.#isOver = true;
      this.#wake();
    });
    answer.on("error", (error) => this.#fail(error));
  }

  #fail(error: Error): void {
    if (!this.#isOver) this.#failure = error;
    this.#isOver = true;
    this.#request.destroy();
    this.#wake();
  }
}

/** Connections of one viewer that are kept and used again, as a browser does. */
export const keptConnections = (): Agent => new Agent({ keepAlive: true, maxSockets: 6 });

/** Gets something part by part. `take` says when it has enough: then the rest is let go. @throws Error unless it is 200 */
export function get(
  url: string,
  agent: Agent,
  take: (part: Buffer) => boolean | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const asked = request(url, { agent, ...(signal === undefined ? {} : { signal }) }, (answer) => {
    if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
    answer.on("data", (part: Buffer) => {
      if (take(part) === true) resolve();
    });
    answer.on("end", resolve);
    answer.on("error", reject);
  });
  asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error(`${url}: nothing for ${PATIENCE_MS} ms`)));
  asked.on("error", reject).end();
  return promise;
}

/** Gets a text. */
export async function getText(url: string, agent: Agent): Promise<string> {
  const parts: Buffer[] = [];
  await get(url, agent, (part) => void parts.push(part));
  return Buffer.concat(parts).toString();
}
