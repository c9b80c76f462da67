import { describe, expect, test } from "vitest";
import { EventJournal } from "../../../src/gateway/event-journal.ts";

describe("a journal of events", () => {
  test("has the latest of each thing, in the order in which they happened", () => {
    const journal = new EventJournal(10);
    journal.note("a", "t", { n: 1 });
    journal.note("b", "t", { n: 2 });
    journal.note("a", "u", { n: 3 });
    expect(journal.after(0)).toEqual({
      missed: false,
      events: [
        { number: 2, type: "t", data: '{"n":2}' },
        { number: 3, type: "u", data: '{"n":3}' },
      ],
    });
    expect(journal.after(2).events.map(({ number }) => number)).toEqual([3]);
    expect(journal.after(3)).toEqual({ missed: false, events: [] });
  });

  test("takes the same said again for nothing new", () => {
    const journal = new EventJournal(10);
    expect([
      journal.note("a", "t", { n: 1 }),
      journal.note("a", "t", { n: 1 }),
      journal.note("a", "u", { n: 1 }),
    ]).toEqual([true, false, true]);
    expect(journal.last).toBe(2);
  });

  test("forgets the oldest beyond its bound, and says so to who is behind it", () => {
    const journal = new EventJournal(3);
    for (let at = 1; at <= 5; at++) journal.note(`thing ${at}`, "t", {});
    expect(journal.after(1)).toEqual({ missed: true, events: [] });
    expect(journal.after(2).events.map(({ number }) => number)).toEqual([3, 4, 5]);
  });

  test("takes a number that it never gave for another journal's", () => {
    expect(new EventJournal(3).after(7)).toEqual({ missed: true, events: [] });
  });
});
