import { ChunkSet } from "./chunk-set.ts";

/** What a {@link Scheduler} schedules. */
export interface SchedulerOptions {
  /** Items (chunks, by their place in the wanted order) from 0 to `items` − 1. */
  readonly items: number;
  /** `rarest`: what fewest hold first, so that nobody waits at the end for one; `sequence`: strictly in order. */
  readonly order: "rarest" | "sequence";
  /** Requests made for one item over all holders before it is failed. */
  readonly maxRequestsPerItem: number;
  /** Told when an open item loses its last active holder (true), or gets one, arrives or fails (false). */
  readonly onLacking: (item: number, lacking: boolean) => void;
}

/** Rarity classes: held by one, two, or more. */
const CLASSES = 3;

interface HolderState {
  /** A list of this holder alone. */
  readonly itself: number[];
  /** Items it may be asked for, by rarity class. May name items that are not wanted any more: cleared when met. */
  readonly ready: readonly ChunkSet[];
  /** Items that it failed to deliver and that others are to be asked for first, with the earliest time to ask again. */
  readonly retry: Map<number, number>;
  readonly holds: ChunkSet;
  /** The same, in the order of announcing: a holder's own items are gone through, never all there are. */
  readonly items: number[];
  /** Open items that it was asked for and did not deliver. */
  readonly failed: Set<number>;
  active: boolean;
}

// The state of one item. Done and failed are final.
const PENDING = 0;
const IN_FLIGHT = 1;
const DONE = 2;
const FAILED = 3;

/**
 * Decides which item is asked of which holder: it sees holders and holdings, and *asked, arrived, gave up*. Losses,
 * windows and time-outs are its caller's, so it serves datagrams and streams alike. A holder with room in its window
 * calls {@link next}: the faster one calls more often, which is what balances them.
 *
 * A call costs O(log items + holders of the item), and what lies aside at that holder for a later repeat; giving a holder
 * up, or taking it back, goes through what it has.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #state: Uint8Array;
  readonly #requests: Uint8Array;
  readonly #flights: Uint8Array;
  readonly #activeHolders: Uint16Array;
  readonly #holdersOf: (number[] | undefined)[];
  readonly #holders: HolderState[] = [];
  /** Numbers of holders that were forgotten. */
  readonly #unused: number[] = [];
  #pending: number;
  #open: number;
  #limit: number;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#state = new Uint8Array(options.items);
    this.#requests = new Uint8Array(options.items);
    this.#flights = new Uint8Array(options.items);
    this.#activeHolders = new Uint16Array(options.items);
    this.#holdersOf = new Array(options.items);
    this.#pending = options.items;
    this.#open = options.items;
    this.#limit = options.items;
  }

  /** Items neither arrived nor failed. */
  get open(): number {
    return this.#open;
  }

  /** Items that nobody is being asked for. */
  get pending(): number {
    return this.#pending;
  }

  /** Items from this one on are not asked for yet: how a slow reader holds back the fetch. */
  set limit(item: number) {
    this.#limit = item;
  }

  isDone(item: number): boolean {
    return this.#state[item] === DONE;
  }

  isOpen(item: number): boolean {
    return (this.#state[item] as number) <= IN_FLIGHT;
  }

  /** Requests made for an item so far. */
  requestsOf(item: number): number {
    return this.#requests[item] as number;
  }

  /** Holders of an item that have not been given up. */
  activeHoldersOf(item: number): number {
    return this.#activeHolders[item] as number;
  }

  /** All holders of an item, in the order in which they were heard of. */
  holdersOf(item: number): readonly number[] {
    return this.#holdersOf[item] ?? [];
  }

  /** All items of a holder, in the order in which it announced them. */
  itemsOf(holder: number): readonly number[] {
    return (this.#holders[holder] as HolderState).items;
  }

  /** Whether a holder has announced an item. */
  holds(holder: number, item: number): boolean {
    return (this.#holders[holder] as HolderState).holds.has(item);
  }

  /** A new holder, named by its number: 0, 1, 2, … in the order of these calls; one that was forgotten is used again. */
  addHolder(): number {
    const set = (): ChunkSet => new ChunkSet(this.#options.items);
    const number = this.#unused.pop() ?? this.#holders.length;
    this.#holders[number] = {
      itself: [number],
      ready: Array.from({ length: CLASSES }, set),
      retry: new Map(),
      holds: set(),
      items: [],
      failed: new Set(),
      active: true,
    };
    return number;
  }

  /** A holder is gone for good: nothing is left of it, and its number is free for a new one. */
  forgetHolder(holder: number): void {
    for (const item of this.itemsOf(holder).toReversed()) this.withdraw(holder, item);
    this.#unused.push(holder);
  }

  /** A holder does not have an item after all. */
  withdraw(holder: number, item: number): void {
    const state = this.#holders[holder] as HolderState;
    if (!state.holds.has(item)) return;
    state.holds.delete(item);
    // From the end: whoever is forgotten loses them in this order.
    state.items.splice(state.items.lastIndexOf(item), 1);
    for (const set of state.ready) set.delete(item);
    state.retry.delete(item);
    state.failed.delete(item);
    this.#removeHolderOf(item, holder);
    if (!state.active) return;
    const left = this.activeHoldersOf(item) - 1;
    this.#activeHolders[item] = left;
    if (this.isOpen(item) && left === 0) this.#options.onLacking(item, true);
    // It has become rarer, or only silent ones have it now.
    if (this.#state[item] === PENDING && left < CLASSES) this.#offer(item, -1, 0);
  }

  /** A holder says that it has an item. True when that was not known. */
  announce(holder: number, item: number): boolean {
    const state = this.#holders[holder] as HolderState;
    if (state.holds.has(item)) return false;
    state.holds.add(item);
    state.items.push(item);
    this.#addHolderOf(item, holder);
    if (state.active) this.#addActive(item);
    if (this.#state[item] === PENDING) this.#makeReady(state, item);
    return true;
  }

  /** The item to ask of this holder now, or −1. */
  next(holder: number, nowMs: number): number {
    const state = this.#holders[holder] as HolderState;
    // What nobody else can send comes before anything new: a reader in order waits for it.
    const lost = this.#nextRetry(state, nowMs, true);
    if (lost >= 0) return lost;
    for (let rarity = 0; rarity < CLASSES; rarity++) {
      const item = this.#nextOfClass(state, rarity);
      if (item >= 0) return item;
    }
    return this.#nextRetry(state, nowMs, false);
  }

  /** The item has been asked of a holder. */
  asked(item: number): void {
    if (this.#state[item] === PENDING) {
      this.#state[item] = IN_FLIGHT;
      this.#pending--;
    }
    this.#requests[item] = this.requestsOf(item) + 1;
    this.#flights[item] = (this.#flights[item] as number) + 1;
  }

  /** The item came, from whomever. True if it was still open. */
  arrived(item: number): boolean {
    if (!this.isOpen(item)) return false;
    this.#close(item, DONE);
    return true;
  }

  /**
   * A request for an item is over without the item. It is asked for again, of another active holder if there is one;
   * of the same not before `retryAtMs`. The item is failed when its requests are used up.
   */
  gaveUp(holder: number, item: number, retryAtMs: number): void {
    this.#flights[item] = (this.#flights[item] as number) - 1;
    (this.#holders[holder] as HolderState).failed.add(item);
    if (this.#state[item] !== IN_FLIGHT || (this.#flights[item] as number) > 0) return;
    if (this.requestsOf(item) >= this.#options.maxRequestsPerItem) {
      this.fail(item);
      return;
    }
    this.#state[item] = PENDING;
    this.#pending++;
    this.#offer(item, holder, retryAtMs);
  }

  /** Nobody is asked for an item any more, and nobody is to blame: all who have it may be asked again. */
  putBack(item: number): void {
    if (this.#state[item] !== IN_FLIGHT) return;
    this.#flights[item] = 0;
    this.#state[item] = PENDING;
    this.#pending++;
    this.#offer(item, -1, 0);
  }

  /** An item that had arrived or failed is wanted again. */
  reopen(item: number): void {
    if (this.isOpen(item)) return;
    this.#state[item] = PENDING;
    this.#flights[item] = 0;
    this.#requests[item] = 0;
    this.#open++;
    this.#pending++;
    if (this.activeHoldersOf(item) === 0) this.#options.onLacking(item, true);
    this.#offer(item, -1, 0);
  }

  /** Gives an item up for good: nobody is asked for it any more. */
  fail(item: number): void {
    if (this.isOpen(item)) this.#close(item, FAILED);
  }

  /**
   * The earliest time after `afterMs` at which a holder may be asked again for what it failed; Infinity when there is
   * none. What is due already waits for room or for the limit, and not for time.
   */
  nextRetryMs(afterMs: number = -Infinity): number {
    let nextMs = Infinity;
    for (const { retry } of this.#holders)
      for (const [item, atMs] of retry) {
        if (this.#state[item] !== PENDING) retry.delete(item);
        else if (item < this.#limit && atMs > afterMs) nextMs = Math.min(nextMs, atMs);
      }
    return nextMs;
  }

  /** Whether a second holder may be asked for an item in flight: this holder has it and requests are left. */
  mayHedge(holder: number, item: number): boolean {
    return (
      this.#state[item] === IN_FLIGHT &&
      this.#flights[item] === 1 &&
      this.requestsOf(item) < this.#options.maxRequestsPerItem &&
      (this.#holders[holder] as HolderState).holds.has(item)
    );
  }

  /** A holder is silent: what others hold is asked of them. It still counts as a holder of what only it has. */
  giveUpHolder(holder: number): void {
    const state = this.#holders[holder] as HolderState;
    if (!state.active) return;
    state.active = false;
    for (const set of state.ready) set.clear();
    state.retry.clear();
    for (const item of state.items) {
      this.#activeHolders[item] = this.activeHoldersOf(item) - 1;
      if (this.isOpen(item) && this.activeHoldersOf(item) === 0) this.#options.onLacking(item, true);
      if (this.#state[item] === PENDING) this.#offer(item, -1, 0);
    }
  }

  /** A holder that was given up is heard again. */
  reviveHolder(holder: number): void {
    const state = this.#holders[holder] as HolderState;
    if (state.active) return;
    state.active = true;
    for (const item of state.items) {
      this.#addActive(item);
      if (this.#state[item] === PENDING) this.#makeReady(state, item);
    }
  }

  /** Most items have one holder: those share one list a holder, which is never changed. */
  #addHolderOf(item: number, holder: number): void {
    const holders = this.#holdersOf[item];
    if (holders === undefined) this.#holdersOf[item] = (this.#holders[holder] as HolderState).itself;
    else if (holders.length === 1) this.#holdersOf[item] = [...holders, holder];
    else holders.push(holder);
  }

  #removeHolderOf(item: number, holder: number): void {
    const holders = this.#holdersOf[item] as number[];
    if (holders.length === 1) this.#holdersOf[item] = undefined;
    else holders.splice(holders.indexOf(holder), 1);
  }

  #addActive(item: number): void {
    this.#activeHolders[item] = this.activeHoldersOf(item) + 1;
    if (this.isOpen(item) && this.activeHoldersOf(item) === 1) this.#options.onLacking(item, false);
  }

  /** An open item arrived or failed. */
  #close(item: number, state: typeof DONE | typeof FAILED): void {
    if (this.#state[item] === PENDING) this.#pending--;
    this.#state[item] = state;
    this.#open--;
    if (this.activeHoldersOf(item) === 0) this.#options.onLacking(item, false);
  }

  #rarity(item: number): number {
    if (this.#options.order === "sequence") return 0;
    return Math.max(0, Math.min(this.activeHoldersOf(item), CLASSES) - 1);
  }

  #makeReady(state: HolderState, item: number): void {
    state.retry.delete(item);
    (state.ready[this.#rarity(item)] as ChunkSet).add(item);
  }

  /** Puts a pending item before its holders: active ones but `except` if there are any, else whoever has it. */
  #offer(item: number, except: number, retryAtMs: number): void {
    const holders = this.holdersOf(item);
    const untried = this.#hasUntried(item);
    for (const holder of holders) {
      const state = this.#holders[holder] as HolderState;
      if (holder === except || !state.active) continue;
      // Who failed it before waits for those who have not been asked yet.
      if (untried && state.failed.has(item)) this.#setAside(state, item, retryAtMs);
      else this.#makeReady(state, item);
    }
    for (const holder of holders) {
      const state = this.#holders[holder] as HolderState;
      if (holder === except) this.#setAside(state, item, retryAtMs);
      else if (!state.active && this.activeHoldersOf(item) === 0) this.#makeReady(state, item);
    }
  }

  #setAside(state: HolderState, item: number, retryAtMs: number): void {
    for (const set of state.ready) set.delete(item);
    if (state.active || this.activeHoldersOf(item) === 0) state.retry.set(item, retryAtMs);
  }

  /** The first item of a rarity class that this holder may be asked for. */
  #nextOfClass(state: HolderState, rarity: number): number {
    const set = state.ready[rarity] as ChunkSet;
    for (let item = set.min(); item >= 0; item = set.min()) {
      if (this.#state[item] === PENDING && (state.active || this.activeHoldersOf(item) === 0)) {
        const actual = this.#rarity(item);
        if (actual === rarity) return item < this.#limit ? item : -1;
        (state.ready[actual] as ChunkSet).add(item);
      }
      set.delete(item);
    }
    return -1;
  }

  /** An item that this holder failed before, when its time has come; `alone`: only one that no other active one has. */
  #nextRetry(state: HolderState, nowMs: number, alone: boolean): number {
    for (const [item, atMs] of state.retry) {
      if (this.#state[item] !== PENDING) state.retry.delete(item);
      else if (atMs <= nowMs && item < this.#limit && this.#mayRetry(state, item, alone)) return item;
    }
    return -1;
  }

  /**
   * While other active holders have the item, half of the requests are kept for them, and all but the first repeat as
   * long as one of them has not been asked.
   */
  #mayRetry(state: HolderState, item: number, alone: boolean): boolean {
    const others = this.activeHoldersOf(item) - (state.active ? 1 : 0);
    if (others === 0) return true;
    if (alone || !state.active || (this.requestsOf(item) >= 2 && this.#hasUntried(item))) return false;
    return this.requestsOf(item) < this.#options.maxRequestsPerItem / 2;
  }

  #hasUntried(item: number): boolean {
    return this.holdersOf(item).some((holder) => {
      const state = this.#holders[holder] as HolderState;
      return state.active && !state.failed.has(item);
    });
  }
}
