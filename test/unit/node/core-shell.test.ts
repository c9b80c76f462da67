import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Effects } from "../../../src/core/effects.ts";
import { CoreShell, type WakeInput } from "../../../src/node/core-shell.ts";

/** An effect runs what the test says. */
interface Deed {
  readonly name: string;
  readonly run?: () => void;
}

/** An input carries what the core is to make of it. */
interface Told {
  readonly type: "told";
  readonly name: string;
  readonly deeds?: readonly Deed[];
  readonly wakeAtMs?: number;
  /** The core throws it, after it has said what is to be done. */
  readonly fault?: Error;
}

/** A core that does as it is told, and a shell around it; `log` says in which order everything happened. */
function scripted(): { shell: CoreShell<Told, Deed>; log: string[] } {
  const log: string[] = [];
  const handle = (input: Told | WakeInput, nowMs: number, effects: Effects<Deed>): void => {
    log.push(input.type === "wake" ? `wake at ${nowMs}` : input.name);
    if (input.type === "wake") return;
    for (const deed of input.deeds ?? []) effects.push(deed);
    effects.wakeAt(input.wakeAtMs ?? Number.POSITIVE_INFINITY);
    if (input.fault !== undefined) throw input.fault;
  };
  const perform = ({ name, run }: Deed): void => {
    log.push(`begin ${name}`);
    run?.();
    log.push(`end ${name}`);
  };
  return { shell: new CoreShell({ handle }, perform), log };
}

const told = (name: string, ...deeds: Deed[]): Told => ({ type: "told", name, deeds });

const throwing = (name: string, error: unknown = new Error(name)): Deed => ({
  name,
  run: () => {
    throw error;
  },
});

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance"],
    }),
);
afterEach(() => void vi.useRealTimers());

describe("inputs told while effects are performed", () => {
  test("come after all of these effects, in the order they were told, each with its own effects", () => {
    const { shell, log } = scripted();
    const first: Deed = {
      name: "a1",
      run: () => {
        shell.tell(told("b", { name: "b1", run: () => shell.tell(told("d")) }));
        shell.tell(told("c", { name: "c1" }));
      },
    };
    shell.tell(told("a", first, { name: "a2" }));
    const deeds = (...names: string[]): string[] => names.flatMap((name) => [`begin ${name}`, `end ${name}`]);
    expect(log).toEqual(["a", ...deeds("a1", "a2"), "b", ...deeds("b1"), "c", ...deeds("c1"), "d"]);
  });

  test("that were told by the core's own callers while it handled come after its effects", () => {
    const log: string[] = [];
    const shell: CoreShell<Told, Deed> = new CoreShell<Told, Deed>(
      {
        handle: (input, _nowMs, effects) => {
          if (input.type === "wake") return;
          if (input.name === "outer") shell.tell(told("inner"));
          log.push(input.name);
          effects.push({ name: `${input.name} done` });
        },
      },
      ({ name }) => void log.push(name),
    );
    shell.tell(told("outer"));
    expect(log).toEqual(["outer", "outer done", "inner", "inner done"]);
  });
});

describe("an exception", () => {
  test("in an effect hinders neither the other effects nor the inputs that wait, and reaches whoever told", () => {
    const { shell, log } = scripted();
    const error = new Error("no such link");
    const asks: Deed = { name: "asks", run: () => shell.tell(told("later", { name: "last" })) };
    expect(() => shell.tell(told("first", asks, throwing("breaks", error), { name: "goes on" }))).toThrow(error);
    expect(log).toEqual([
      ...["first", "begin asks", "end asks", "begin breaks", "begin goes on", "end goes on"],
      ...["later", "begin last", "end last"],
    ]);
  });

  test("does not silence what is told afterwards, and is thrown once", () => {
    const { shell, log } = scripted();
    expect(() => shell.tell(told("first", throwing("breaks")))).toThrow("breaks");
    log.length = 0;
    shell.tell(told("second", { name: "works" }));
    expect(log).toEqual(["second", "begin works", "end works"]);
  });

  test("of the core loses no effect that it had ordered, and no input that waits", () => {
    const { shell, log } = scripted();
    const fault = new Error("a bug");
    const begin: Deed = {
      name: "begin",
      run: () => {
        shell.tell({ ...told("broken", { name: "ordered" }), fault });
        shell.tell(told("sound"));
      },
    };
    expect(() => shell.tell(told("first", begin))).toThrow(fault);
    expect(log).toEqual(["first", "begin begin", "end begin", "broken", "begin ordered", "end ordered", "sound"]);
  });

  test("that is one of several comes with the others", () => {
    const { shell } = scripted();
    const errors = [new Error("one"), new Error("other")];
    expect(() => shell.tell(told("first", ...errors.map((error) => throwing("breaks", error))))).toThrow(
      expect.objectContaining({ name: "AggregateError", errors }),
    );
  });

  test("loses no wake", () => {
    const { shell, log } = scripted();
    const atMs = performance.now() + 50;
    expect(() => shell.tell({ ...told("first", throwing("breaks")), wakeAtMs: atMs })).toThrow("breaks");
    vi.advanceTimersByTime(51);
    expect(log.at(-1)).toMatch(/^wake/);
  });
});

describe("a wake", () => {
  test("comes when the core asked for it, not before, and once", () => {
    const { shell, log } = scripted();
    shell.tell({ ...told("first"), wakeAtMs: performance.now() + 100 });
    vi.advanceTimersByTime(99);
    expect(log).toEqual(["first"]);
    vi.advanceTimersByTime(2);
    expect(log).toHaveLength(2);
    expect(log[1]).toMatch(/^wake/);
    vi.advanceTimersByTime(10_000);
    expect(log).toHaveLength(2);
  });

  test("that is due at once comes after what is told in the same turn", () => {
    const { shell, log } = scripted();
    shell.tell({ ...told("first"), wakeAtMs: performance.now() });
    shell.tell(told("second"));
    expect(log).toEqual(["first", "second"]);
    vi.advanceTimersByTime(1);
    expect(log.slice(2)).toEqual([expect.stringMatching(/^wake/)]);
  });

  test("is the earliest of those that several inputs asked for", () => {
    const { shell, log } = scripted();
    const nowMs = performance.now();
    for (const wakeAtMs of [nowMs + 300, nowMs + 100, nowMs + 200]) shell.tell({ ...told("x"), wakeAtMs });
    vi.advanceTimersByTime(101);
    expect(log.filter((line) => line.startsWith("wake"))).toHaveLength(1);
  });
});

describe("stopping", () => {
  test("ends wakes, and what is told afterwards is ignored", () => {
    const { shell, log } = scripted();
    shell.tell({ ...told("first"), wakeAtMs: performance.now() + 10 });
    shell.stop();
    expect(shell.isStopped).toBe(true);
    shell.tell(told("second", { name: "never" }));
    vi.advanceTimersByTime(1000);
    expect(log).toEqual(["first"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("from within an effect leaves out the effects behind it, the inputs that wait, and the wake of this input", () => {
    const { shell, log } = scripted();
    const stops: Deed = {
      name: "stops",
      run: () => {
        shell.tell(told("waiting"));
        shell.stop();
        shell.tell(told("too late"));
      },
    };
    shell.tell({ ...told("first", stops, { name: "never" }), wakeAtMs: performance.now() + 10 });
    vi.advanceTimersByTime(1000);
    expect(log).toEqual(["first", "begin stops", "end stops"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
