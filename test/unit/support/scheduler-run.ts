import { Scheduler, type SchedulerOptions } from "../../../src/core/transfer/scheduler.ts";

/** A scheduler with holders as given: each a list of the items that it announces. */
export class SchedulerRun {
  readonly scheduler: Scheduler;
  readonly lacking: string[] = [];

  constructor(items: number, holders: readonly (readonly number[])[], options: Partial<SchedulerOptions> = {}) {
    this.scheduler = new Scheduler({
      items,
      order: "rarest",
      maxRequestsPerItem: 6,
      onLacking: (item, lacking) => this.lacking.push(`${lacking ? "+" : "-"}${item}`),
      ...options,
    });
    for (const _ of holders) this.scheduler.addHolder();
    for (const [holder, held] of holders.entries()) for (const item of held) this.scheduler.announce(holder, item);
  }

  /** What a holder is asked for now, counted as asked; −1 for nothing. */
  ask(holder: number, nowMs = 0): number {
    const item = this.scheduler.next(holder, nowMs);
    if (item >= 0) this.scheduler.asked(item);
    return item;
  }

  /** All that a holder can be asked for now. */
  askAll(holder: number, nowMs = 0): number[] {
    const items: number[] = [];
    for (let item = this.ask(holder, nowMs); item >= 0; item = this.ask(holder, nowMs)) items.push(item);
    return items;
  }
}
