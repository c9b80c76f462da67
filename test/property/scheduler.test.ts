import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SchedulerModel } from "./support/scheduler-model.ts";

const ITEMS = 40;
const holder = fc.nat(5);
const item = fc.oneof(fc.nat(7), fc.nat(ITEMS - 1));

/** One thing that happens to a scheduler. */
type Step = readonly [name: string, act: (model: SchedulerModel) => void];

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(holder, item)
      .map(([h, i]): Step => [`announce(${h}, ${i})`, (m) => m.announce(h % m.holders, i)]),
  },
  { weight: 8, arbitrary: holder.map((h): Step => [`ask(${h})`, (m) => void m.ask(h % m.holders)]) },
  { weight: 3, arbitrary: fc.nat(9).map((n): Step => [`answer(${n})`, (m) => m.answer(n)]) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(9), fc.nat(300)).map(([n, ms]): Step => [`giveUp(${n}, ${ms})`, (m) => m.giveUp(n, ms)]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(holder, item).map(([h, i]): Step => [`hedge(${h}, ${i})`, (m) => m.hedge(h % m.holders, i)]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(holder, fc.boolean())
      .map(([h, on]): Step => [`active(${h}, ${on})`, (m) => m.setActive(h % m.holders, on)]),
  },
  { weight: 1, arbitrary: fc.nat(ITEMS).map((n): Step => [`limit(${n})`, (m) => m.setLimit(n)]) },
  { weight: 1, arbitrary: item.map((i): Step => [`fail(${i})`, (m) => m.fail(i)]) },
  { weight: 1, arbitrary: item.map((i): Step => [`arrive(${i})`, (m) => m.arrive(i)]) },
  { weight: 1, arbitrary: fc.constant<Step>(["addHolder()", (m) => m.addHolder()]) },
  { weight: 2, arbitrary: fc.nat(200).map((ms): Step => [`wait(${ms})`, (m) => m.wait(ms)]) },
);

test.for(["rarest", "sequence"] as const)(
  "whatever happens, a scheduler (%s) keeps its books, asks only what it may, and leaves nothing that is held",
  (order) => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 30, maxLength: 250, size: "max" }), (list) => {
        const model = new SchedulerModel(ITEMS, order);
        model.addHolder();
        const done: string[] = [];
        try {
          for (const [name, act] of list) {
            done.push(name);
            act(model);
            model.check();
          }
          done.push("finish()");
          model.finish();
          model.check();
        } catch (error) {
          throw new Error(`${(error as Error).message} after ${done.join(" ")}`, { cause: error });
        }
      }),
      { numRuns: 1500 },
    );
  },
);

test("when every holder answers everything, everything that is held comes, in as many requests", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(ITEMS - 1), { maxLength: 60 }), { minLength: 1, maxLength: 6 }),
      (holdings) => {
        const model = new SchedulerModel(ITEMS, "rarest");
        for (const [index, held] of holdings.entries()) {
          model.addHolder();
          for (const one of held) model.announce(index, one);
        }
        model.finish();
        const held = new Set(holdings.flat());
        expect(model.scheduler.open).toBe(ITEMS - held.size);
        for (const one of held) expect(model.scheduler.requestsOf(one)).toBe(1);
      },
    ),
    { numRuns: 300 },
  );
});
