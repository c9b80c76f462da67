import { ORIGINAL } from "../limits.ts";

interface HelloList {
  readonly ids: readonly number[];
  /** Ids in it that no active holder is known for. */
  lacking: number;
  sent: number;
  sentAtMs: number;
}

/**
 * The client's search: one Hello for each list of ids, sent again every second, at most five times, while an id in
 * it has no known holder. A holder that was given up is no holder, so a search can wake up again.
 */
export class Search {
  readonly #lists: HelloList[];
  readonly #listSize: number;
  #startedAtMs = Number.NaN;
  #lacking: number;

  /** The wanted ids as lists of at most `listSize`, in their order. */
  constructor(lists: readonly (readonly number[])[], listSize: number) {
    this.#listSize = listSize;
    this.#lists = lists.map((ids) => ({ ids, lacking: ids.length, sent: 0, sentAtMs: -Infinity }));
    this.#lacking = lists.reduce((sum, ids) => sum + ids.length, 0);
  }

  /** Wanted ids without an active holder, those that have come left out. */
  get lacking(): number {
    return this.#lacking;
  }

  /** The item at this place has lost its last active holder; or has got one, or is not wanted any more. */
  setLacking(item: number, lacking: boolean): void {
    const by = lacking ? 1 : -1;
    (this.#lists[Math.floor(item / this.#listSize)] as HelloList).lacking += by;
    this.#lacking += by;
  }

  /** True from 5 s after the first Hello on: what has no holder by then is not found. */
  isOver(nowMs: number): boolean {
    return nowMs >= this.#startedAtMs + ORIGINAL.searchMs;
  }

  /** The lists to send in Hellos now. */
  due(nowMs: number): (readonly number[])[] {
    if (Number.isNaN(this.#startedAtMs)) this.#startedAtMs = nowMs;
    const due: (readonly number[])[] = [];
    if (this.#lacking === 0) return due;
    for (const list of this.#lists) {
      if (!canSend(list) || list.sentAtMs + ORIGINAL.helloIntervalMs > nowMs) continue;
      list.sent++;
      list.sentAtMs = nowMs;
      due.push(list.ids);
    }
    return due;
  }

  /** When the next Hello is due or the search is over; Infinity when neither is to come. */
  nextMs(nowMs: number): number {
    if (this.#lacking === 0) return Infinity;
    let nextMs = this.isOver(nowMs) ? Infinity : this.#startedAtMs + ORIGINAL.searchMs;
    for (const list of this.#lists)
      if (canSend(list)) nextMs = Math.min(nextMs, list.sentAtMs + ORIGINAL.helloIntervalMs);
    return nextMs;
  }
}

const canSend = (list: HelloList): boolean => list.lacking > 0 && list.sent < ORIGINAL.maxHellos;
