import { Scheduler } from "../../../src/core/transfer/scheduler.ts";

/** Requests that may be made for one item. */
export const MAX_REQUESTS = 6;

const rule = (holds: boolean, text: string): void => {
  if (!holds) throw new Error(text);
};

/** A scheduler, and beside it what a plain list of facts says that it must do. */
export class SchedulerModel {
  readonly scheduler: Scheduler;
  readonly items: number;
  readonly #holds: Set<number>[] = [];
  readonly #givenUp = new Set<number>();
  /** Requests under way: item → holders. */
  readonly #flights = new Map<number, number[]>();
  readonly #requests: number[];
  readonly #done = new Set<number>();
  readonly #lacking: Set<number>;
  #limit = Infinity;
  nowMs = 0;

  constructor(items: number, order: "rarest" | "sequence") {
    this.items = items;
    this.#requests = new Array<number>(items).fill(0);
    this.#lacking = new Set(this.#requests.keys());
    this.scheduler = new Scheduler({
      items,
      order,
      maxRequestsPerItem: MAX_REQUESTS,
      onLacking: (item, lacking) => {
        rule(this.#lacking.has(item) !== lacking, `${item} is told to be lacking ${lacking} twice`);
        if (lacking) this.#lacking.add(item);
        else this.#lacking.delete(item);
      },
    });
  }

  wait(ms: number): void {
    this.nowMs += ms;
  }

  get holders(): number {
    return this.#holds.length;
  }

  addHolder(): void {
    rule(this.scheduler.addHolder() === this.#holds.length, "holders are not numbered in their order");
    this.#holds.push(new Set());
  }

  announce(holder: number, item: number): void {
    const held = this.#holds[holder] as Set<number>;
    rule(this.scheduler.announce(holder, item) === !held.has(item), "an announcement is new when it is not known");
    held.add(item);
  }

  /** Asks a holder for what the scheduler says. Returns the item, or −1. */
  ask(holder: number): number {
    const item = this.scheduler.next(holder, this.nowMs);
    if (item < 0) return -1;
    rule(this.#holds[holder]?.has(item) === true, `${item} is not announced by ${holder}`);
    rule(item < this.#limit, `${item} is at or beyond the limit ${this.#limit}`);
    rule(this.scheduler.isOpen(item) && !this.#flights.has(item), `${item} is not pending`);
    if (this.#givenUp.has(holder))
      rule(this.#activeHolders(item) === 0, `${item} is asked of a silent holder while others have it`);
    this.#asked(holder, item);
    return item;
  }

  /** Asks a second holder for an item under way, if that is allowed. */
  hedge(holder: number, item: number): void {
    if (!this.scheduler.mayHedge(holder, item)) return;
    rule(this.#holds[holder]?.has(item) === true, `${item} is not announced by ${holder}`);
    rule(this.#flights.get(item)?.length === 1, `${item} has ${this.#flights.get(item)?.length} requests under way`);
    this.#asked(holder, item);
  }

  #asked(holder: number, item: number): void {
    this.scheduler.asked(item);
    this.#requests[item] = (this.#requests[item] as number) + 1;
    rule((this.#requests[item] as number) <= MAX_REQUESTS, `${this.#requests[item]} requests for ${item}`);
    this.#flights.set(item, [...(this.#flights.get(item) ?? []), holder]);
  }

  /** The answer to one of the requests under way. */
  answer(which: number): void {
    const item = [...this.#flights.keys()][which % Math.max(1, this.#flights.size)];
    if (item !== undefined) this.arrive(item);
  }

  arrive(item: number): void {
    const open = this.scheduler.isOpen(item);
    rule(this.scheduler.arrived(item) === open, "an arrival is new when the item is open");
    if (open) this.#done.add(item);
    this.#flights.delete(item);
  }

  /** One of the requests under way is over without its item. */
  giveUp(which: number, waitMs: number): void {
    const [item, holders] = [...this.#flights][which % Math.max(1, this.#flights.size)] ?? [];
    if (item === undefined || holders === undefined) return;
    const holder = holders.shift() as number;
    if (holders.length === 0) this.#flights.delete(item);
    this.scheduler.gaveUp(holder, item, this.nowMs + waitMs);
    const usedUp = holders.length === 0 && this.#requests[item] === MAX_REQUESTS;
    rule(this.scheduler.isOpen(item) === !usedUp, `${item} is open after ${this.#requests[item]} requests`);
  }

  setActive(holder: number, active: boolean): void {
    if (active) this.scheduler.reviveHolder(holder);
    else this.scheduler.giveUpHolder(holder);
    if (active) this.#givenUp.delete(holder);
    else this.#givenUp.add(holder);
  }

  setLimit(limit: number): void {
    this.#limit = limit;
    this.scheduler.limit = limit;
  }

  fail(item: number): void {
    this.scheduler.fail(item);
    this.#flights.delete(item);
  }

  /** What holds after every command. */
  check(): void {
    const { scheduler } = this;
    const all = [...this.#requests.keys()];
    const done = all.filter((item) => scheduler.isDone(item)).length;
    const open = all.filter((item) => scheduler.isOpen(item));
    const failed = this.items - done - open.length;
    rule(done === this.#done.size, `${done} are done, not ${this.#done.size}`);
    rule(scheduler.open === open.length, `${scheduler.open} are open, not ${open.length}`);
    const pending = open.filter((item) => !this.#flights.has(item)).length;
    rule(scheduler.pending === pending, `${scheduler.pending} are pending, not ${pending}`);
    rule(scheduler.pending + this.#flights.size + done + failed === this.items, "items are lost or counted twice");
    for (const item of open) {
      const active = this.#activeHolders(item);
      rule(scheduler.activeHoldersOf(item) === active, `${item} has ${active} active holders`);
      rule(this.#lacking.has(item) === (active === 0), `${item} with ${active} holders is lacking or not`);
    }
  }

  #activeHolders(item: number): number {
    return this.#holds.filter((held, holder) => held.has(item) && !this.#givenUp.has(holder)).length;
  }

  /** From here on everybody answers everything: nothing that somebody holds may be left. */
  finish(): void {
    this.setLimit(Infinity);
    while (this.#flights.size > 0) this.answer(0);
    for (let progress = true; progress; ) {
      progress = false;
      this.nowMs += 1e6;
      for (let holder = 0; holder < this.holders; holder++) {
        const item = this.ask(holder);
        if (item >= 0) {
          this.arrive(item);
          progress = true;
        }
      }
    }
    const left = [...this.#requests.keys()].filter(
      (item) => this.scheduler.isOpen(item) && this.#holds.some((held) => held.has(item)),
    );
    rule(left.length === 0, `${left.join()} are held and not asked for`);
  }
}
