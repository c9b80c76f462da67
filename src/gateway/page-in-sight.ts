import { toBase32 } from "../core/content/base32.ts";
import { PAGE } from "../core/limits.ts";

interface Waiting {
  readonly id: Uint8Array;
  seenAtMs: number;
}

/**
 * Videos that somebody sees and that wait to be looked at, in the order in which they came into sight; at most
 * `PAGE.maxSightWaiting`. One that nobody has named for `PAGE.inSightMs` is not waited for any more.
 */
export class InSight {
  readonly #waiting = new Map<string, Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Somebody sees this one, now. @param nowMs since some moment */
  add(id: Uint8Array, nowMs: number): void {
    const name = toBase32(id);
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) waiting.seenAtMs = nowMs;
    else if (this.#waiting.size < PAGE.maxSightWaiting) this.#waiting.set(name, { id, seenAtMs: nowMs });
  }

  /** Takes the first that somebody still sees; `undefined`: there is none. */
  take(nowMs: number): Uint8Array | undefined {
    for (const [name, { id, seenAtMs }] of this.#waiting) {
      this.#waiting.delete(name);
      if (nowMs < seenAtMs + PAGE.inSightMs) return id;
    }
    return undefined;
  }

  clear(): void {
    this.#waiting.clear();
  }
}
