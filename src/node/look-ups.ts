import { NETWORK } from "../core/limits.ts";
import type { HeldVideo, Wanted } from "../core/wire/stream/find-message.ts";

interface LookUp {
  readonly wanted: Wanted;
  readonly answer: (videos: readonly HeldVideo[]) => Promise<void>;
}

/** Questions for the library: a few at a time, and a bounded number that waits; one too many is answered with nothing. */
export class LookUps {
  readonly #lookUp: (wanted: Wanted) => Promise<readonly HeldVideo[]>;
  readonly #count: (cause: string) => void;
  readonly #waiting: LookUp[] = [];
  #running = 0;
  #isStopped = false;

  constructor(lookUp: (wanted: Wanted) => Promise<readonly HeldVideo[]>, count: (cause: string) => void) {
    this.#lookUp = lookUp;
    this.#count = count;
  }

  /** Asks, and gives the answer, later and once. */
  ask(wanted: Wanted, answer: LookUp["answer"]): void {
    const look = { wanted, answer };
    if (this.#running < NETWORK.maxLookUpsAtOnce) void this.#run(look);
    else if (this.#waiting.length < NETWORK.maxLookUps) this.#waiting.push(look);
    else {
      this.#count("look-up-dropped");
      queueMicrotask(() => void this.#give(look, []));
    }
  }

  /** Nothing is asked or answered any more. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
  }

  async #run(first: LookUp): Promise<void> {
    this.#running++;
    for (let look: LookUp | undefined = first; look !== undefined; look = this.#waiting.shift())
      await this.#give(look, await this.#held(look.wanted));
    this.#running--;
  }

  async #held(wanted: Wanted): Promise<readonly HeldVideo[]> {
    try {
      const held = await this.#lookUp(wanted);
      return held.filter(({ heldChunks }) => heldChunks > 0).slice(0, NETWORK.maxVideosPerAnswer);
    } catch {
      // A library that cannot be asked, for it is being closed or its disk is sick, has nothing for others.
      this.#count("look-up-failed");
      return [];
    }
  }

  async #give({ answer }: LookUp, videos: readonly HeldVideo[]): Promise<void> {
    if (!this.#isStopped) await answer(videos);
  }
}
