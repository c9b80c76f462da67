import { toBase32 } from "../core/content/base32.ts";
import { PAGE } from "../core/limits.ts";
import type { CardumeNode } from "../node/node-types.ts";
import { InSight } from "./page-in-sight.ts";

/** What counts of holders use of a node. */
type AskedNode = Pick<CardumeNode, "find" | "knownHolders" | "peerId">;

/** How many other peers hold a video. */
export interface HolderCount {
  readonly holders: number;
  /** There are more. */
  readonly isMore: boolean;
}

/**
 * How many other peers hold the videos that somebody sees. What the node knows anyway is said at once; then the network is
 * asked, one video at a time and no more than one in `PAGE.holderLookGapMs`, and not again before the answer is old. What
 * nobody sees any more is not asked for.
 */
export class HolderCounts {
  readonly #node: AskedNode;
  readonly #clock: () => number;
  readonly #waiting = new InSight();
  /** By id, the one that was counted longest ago first. */
  readonly #counted = new Map<string, HolderCount & { readonly atMs: number }>();
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** @param clock ms since some moment */
  constructor(node: AskedNode, clock: () => number) {
    this.#node = node;
    this.#clock = clock;
  }

  /** Whether some of what is seen is still to be counted. */
  get isLooking(): boolean {
    return this.#looking !== undefined || this.#waiting.size > 0;
  }

  /** Somebody sees these. */
  seen(ids: readonly Uint8Array[]): void {
    const nowMs = this.#clock();
    for (const id of ids) {
      const counted = this.#counted.get(toBase32(id));
      if (counted === undefined || nowMs >= counted.atMs + PAGE.holderCountMs) this.#waiting.add(id, nowMs);
    }
    this.#next(0);
  }

  /** What is known of a video; `undefined`: nothing, or that nobody else was found. */
  of(id: Uint8Array): HolderCount | undefined {
    const counted = this.#counted.get(toBase32(id));
    const known = this.#node.knownHolders(id).length;
    // A count says who answered; what is known otherwise may have gone since.
    const count = counted === undefined || counted.holders === 0 ? { holders: known, isMore: false } : counted;
    return count.holders === 0 ? undefined : { holders: count.holders, isMore: count.isMore };
  }

  /** Ends the count that is under way, and counts nothing more. */
  async close(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#waiting.clear();
    await this.#looking;
  }

  #next(inMs: number): void {
    if (this.#abort.signal.aborted || this.#looking !== undefined || this.#timer !== undefined) return;
    if (this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const id = this.#waiting.take(this.#clock());
      if (id === undefined) return;
      this.#looking = this.#look(id).finally(() => {
        this.#looking = undefined;
        this.#next(PAGE.holderLookGapMs);
      });
    }, inMs).unref();
  }

  async #look(id: Uint8Array): Promise<void> {
    const enough = PAGE.enoughHoldersCounted;
    const late = AbortSignal.timeout(PAGE.holderLookMs);
    const signal = AbortSignal.any([this.#abort.signal, late]);
    const holders = new Set<string>();
    try {
      for await (const { holder } of this.#node.find(id, { enough, signal }))
        if (holder !== this.#node.peerId) holders.add(holder);
    } catch {
      // What was found until then counts.
    }
    const name = toBase32(id);
    this.#counted.delete(name);
    this.#counted.set(name, { holders: holders.size, isMore: holders.size >= enough, atMs: this.#clock() });
    for (const oldest of this.#counted.keys()) {
      if (this.#counted.size <= PAGE.maxHolderCounts) break;
      this.#counted.delete(oldest);
    }
  }
}
