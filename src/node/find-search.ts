import { labelOf } from "../core/content/label.ts";
import type { SearchEnd } from "../core/find/find-types.ts";
import { NETWORK } from "../core/limits.ts";
import type { Nearness } from "../core/neighbours/address-class.ts";
import type { HeldVideo, Wanted } from "../core/wire/stream/find-message.ts";
import { type OpenedRecord, openRecord } from "./peer-record.ts";

/** One holder's answer, its record checked. */
export interface FoundHolder {
  readonly record: OpenedRecord;
  /** The record as it was signed: to be told to others, or remembered. */
  readonly recordBytes: Uint8Array;
  readonly videos: readonly HeldVideo[];
  /** The neighbour that brought it. */
  readonly from: string;
}

/** What a {@link FindSearch} is told about. */
export interface FindSearchOptions {
  readonly wanted: Wanted;
  /** This node's peer id: its own answers count for nothing. */
  readonly self: string;
  /** How near a neighbour is: whose word is enough for which addresses. */
  readonly nearness: (neighbour: string) => Nearness;
  readonly count: (cause: string) => void;
  /** Called once for each holder whose record is signed and that names what is wanted. */
  readonly isHolder: (peer: string) => void;
  /** Called once for each answer, when it has been looked at, whatever came of it. */
  readonly checked: () => void;
}

interface Answer {
  readonly from: string;
  readonly record: Uint8Array;
  readonly videos: readonly HeldVideo[];
}

/** One own search: checks answers one after the other, and gives each holder's videos once. */
export class FindSearch {
  /** Why it ended; sound once {@link holders} has ended. */
  reason: SearchEnd = "stopped";
  readonly #options: FindSearchOptions;
  readonly #found: FoundHolder[] = [];
  /** Answers whose records are being checked, one after the other. */
  #unchecked = 0;
  #checks: Promise<void> = Promise.resolve();
  /** By holder, the ids that it has named, in hex. */
  readonly #named = new Map<string, Set<string>>();
  #wake: (() => void) | undefined;
  #isEnded = false;

  constructor(options: FindSearchOptions) {
    this.#options = options;
  }

  /** An answer came; nothing of it is proven. It is checked whether or not somebody waits for it. */
  answer(answer: Answer): void {
    if (this.#unchecked >= NETWORK.maxAnswersUnchecked) {
      this.#options.count("answer-dropped");
      this.#options.checked();
      return;
    }
    this.#unchecked++;
    this.#checks = this.#checks.then(async () => {
      const found = await this.#check(answer);
      if (found !== undefined) this.#found.push(found);
      this.#unchecked--;
      // After it was counted: this may end the search.
      this.#options.checked();
      this.#wake?.();
    });
  }

  /** No more answers come. */
  end(reason: SearchEnd): void {
    if (this.#isEnded) return;
    this.reason = reason;
    this.#isEnded = true;
    this.#wake?.();
  }

  /** Holders as their answers prove sound. What had come before the end is given, unless it was stopped. */
  async *holders(): AsyncGenerator<FoundHolder> {
    while (!(this.#isEnded && this.reason === "stopped")) {
      const found = this.#found.shift();
      if (found !== undefined) yield found;
      else if (this.#isEnded && this.#unchecked === 0) return;
      else await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #check({ from, record: recordBytes, videos }: Answer): Promise<FoundHolder | undefined> {
    const { self, nearness, count, isHolder } = this.#options;
    const wanted = videos.filter((video) => video.heldChunks > 0 && this.#isWanted(video));
    const record = wanted.length === 0 ? undefined : await openRecord(recordBytes, nearness(from));
    if (record === undefined) {
      count("answer-refused");
      return undefined;
    }
    if (record.peer === self) return undefined;
    const isKnown = this.#named.has(record.peer);
    const fresh = this.#fresh(record.peer, wanted);
    if (!isKnown) isHolder(record.peer);
    return fresh.length === 0 ? undefined : { record, recordBytes, videos: fresh, from };
  }

  #isWanted({ id }: HeldVideo): boolean {
    const { wanted } = this.#options;
    return wanted.kind === "words" || Buffer.compare(id, wanted.id) === 0;
  }

  /** Those that this holder had not named. */
  #fresh(peer: string, videos: readonly HeldVideo[]): HeldVideo[] {
    const named = this.#named.get(peer) ?? new Set();
    this.#named.set(peer, named);
    const fresh = videos.filter(({ id }) => !named.has(Buffer.from(id).toString("hex")));
    for (const { id } of fresh) named.add(Buffer.from(id).toString("hex"));
    return fresh.map((video) => ({ ...video, title: labelOf(video.title) }));
  }
}
