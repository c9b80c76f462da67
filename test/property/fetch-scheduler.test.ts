import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Scheduler } from "../../src/core/transfer/scheduler.ts";

const ITEMS = 24;
const HOLDERS = 5;

/** A scheduler as the fetch core uses it, and beside it plain sets. */
class Model {
  readonly scheduler = new Scheduler({
    items: ITEMS,
    order: "rarest",
    maxRequestsPerItem: Number.POSITIVE_INFINITY,
    onLacking: () => {},
  });
  /** Number in the scheduler → what it holds. */
  readonly holders = new Map<number, Set<number>>();
  readonly pending = new Set(Array.from({ length: ITEMS }, (_, index) => index));
  readonly inFlight = new Set<number>();

  nth(index: number): number {
    return [...this.holders.keys()][index % this.holders.size] as number;
  }

  add(): void {
    if (this.holders.size >= HOLDERS) return;
    const number = this.scheduler.addHolder();
    expect(this.holders.has(number)).toBe(false);
    this.holders.set(number, new Set());
  }

  check(): void {
    for (const [number, held] of this.holders) {
      const next = this.scheduler.next(number, 0);
      const askable = [...held].filter((one) => this.pending.has(one));
      rule(next < 0 ? askable.length === 0 : askable.includes(next), `${number} is offered ${next} of ${askable}`);
      rule(
        isSame(this.scheduler.itemsOf(number), held),
        `${number} is taken to hold ${this.scheduler.itemsOf(number)}`,
      );
    }
    for (let one = 0; one < ITEMS; one++) {
      const holders = new Set([...this.holders].filter(([, held]) => held.has(one)).map(([number]) => number));
      rule(this.scheduler.activeHoldersOf(one) === holders.size, `${one} has ${holders.size} holders`);
      rule(isSame(this.scheduler.holdersOf(one), holders), `${one} is held by ${[...holders]}`);
    }
    rule(this.scheduler.pending === this.pending.size, "pending items are counted wrongly");
    rule(this.scheduler.open === this.pending.size + this.inFlight.size, "open items are counted wrongly");
  }
}

function rule(holds: boolean, text: string): void {
  if (!holds) throw new Error(text);
}

const isSame = (list: readonly number[], set: ReadonlySet<number>): boolean =>
  list.length === set.size && list.every((one) => set.has(one));

type Step = readonly [name: string, act: (model: Model) => void];
const holder = fc.nat(HOLDERS - 1);
const item = fc.nat(ITEMS - 1);

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Step>(["add", (m) => m.add()]) },
  {
    weight: 10,
    arbitrary: fc.tuple(holder, item).map(
      ([h, i]): Step => [
        `announce ${h} ${i}`,
        (m) => {
          m.scheduler.announce(m.nth(h), i);
          m.holders.get(m.nth(h))?.add(i);
        },
      ],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(holder, item).map(
      ([h, i]): Step => [
        `withdraw ${h} ${i}`,
        (m) => {
          m.scheduler.withdraw(m.nth(h), i);
          m.holders.get(m.nth(h))?.delete(i);
        },
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: holder.map(
      (h): Step => [
        `forget ${h}`,
        (m) => {
          if (m.holders.size < 2) return;
          const number = m.nth(h);
          m.scheduler.forgetHolder(number);
          m.holders.delete(number);
        },
      ],
    ),
  },
  {
    weight: 6,
    arbitrary: holder.map(
      (h): Step => [
        `ask ${h}`,
        (m) => {
          const next = m.scheduler.next(m.nth(h), 0);
          if (next < 0) return;
          m.scheduler.asked(next);
          m.pending.delete(next);
          m.inFlight.add(next);
        },
      ],
    ),
  },
  {
    weight: 3,
    arbitrary: item.map(
      (i): Step => [
        `put back ${i}`,
        (m) => {
          m.scheduler.putBack(i);
          if (m.inFlight.delete(i)) m.pending.add(i);
        },
      ],
    ),
  },
  {
    weight: 3,
    arbitrary: item.map(
      (i): Step => [
        `arrive ${i}`,
        (m) => {
          m.scheduler.arrived(i);
          m.inFlight.delete(i);
          m.pending.delete(i);
        },
      ],
    ),
  },
  {
    weight: 2,
    arbitrary: item.map(
      (i): Step => [
        `reopen ${i}`,
        (m) => {
          m.scheduler.reopen(i);
          if (!m.inFlight.has(i)) m.pending.add(i);
        },
      ],
    ),
  },
);

test("whoever comes, goes, takes back or loses, each holder is offered what it has and nobody is asked for", () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 20, maxLength: 150, size: "max" }), (list) => {
      const model = new Model();
      model.add();
      for (const [, act] of list) {
        act(model);
        model.check();
      }
    }),
    { numRuns: 300 },
  );
});
