import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { CardumeError } from "../../src/core/errors.ts";
import { type RunningScrub, type ScrubOptions, startScrub } from "../../src/store/background-scrub.ts";
import type { Library } from "../../src/store/library.ts";
import { openStore } from "../../src/store/open.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { flipBit } from "./support/library-cli.ts";
import { addOne } from "./support/store-shelf.ts";
import { pause, until } from "./support/waiting.ts";

const MB = 1_000_000;
const HOUR_MS = 3_600_000;
const WRITTEN = new Date("2020-01-01");

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});

/** A library with one file in place. */
async function setUp(
  bytes: number = 3 * MB,
  wallClockMs: () => number = Date.now,
): Promise<{ library: Library; film: string }> {
  const folder = tempFolder();
  mkdirSync(join(folder, "films"));
  const film = join(folder, "films", "film.mp4");
  writeFileSync(film, someBytes(bytes, 1));
  utimesSync(film, WRITTEN, WRITTEN);
  const library = await openStore({ folder: join(folder, "data") }, { wallClockMs });
  undo.push(() => library.close());
  await addOne(library, film);
  return { library, film };
}

function start(library: Library, options: ScrubOptions): RunningScrub {
  const scrub = startScrub(library, options);
  undo.unshift(() => scrub.stop());
  return scrub;
}

/** A library of which some methods are others. */
const but = (library: Library, others: Partial<Library>): Library =>
  ({ list: library.list.bind(library), verify: library.verify.bind(library), ...others }) as Library;

async function msOf(action: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now();
  await action();
  return performance.now() - begunMs;
}

describe("a scrub", () => {
  test("reads what was verified by a clock that was years ahead", async () => {
    const { library } = await setUp(MB, () => Date.now() + 3 * 365 * 24 * HOUR_MS);
    const [video] = await library.list();
    await library.verify(video?.id as Uint8Array);
    const reports: unknown[] = [];
    start(library, { share: 1, everyMs: HOUR_MS, onReport: (report) => reports.push(report) });
    await until("it is read", () => reports.length > 0);
  });

  test("finds a flipped bit, whether anybody listens or not", async () => {
    const { library, film } = await setUp();
    flipBit(film, 2 * MB);
    // As rot does it: the disk says that nothing has changed.
    utimesSync(film, WRITTEN, WRITTEN);
    expect(await library.list()).toMatchObject([{ held: 3, state: "complete" }]);
    start(library, { share: 1, everyMs: 0 });
    await until("the damage is known", async () => (await library.list())[0]?.state !== "complete");
    expect(await library.list()).toMatchObject([{ held: 2, chunks: 3 }]);
  });

  test("reads what is due once, and not again before its time", async () => {
    const { library } = await setUp(3 * MB, () => Date.now() - 2 * HOUR_MS);
    let [early, due] = [0, 0];
    start(library, { share: 1, onReport: () => early++ });
    start(library, { share: 1, everyMs: HOUR_MS, onReport: () => due++ });
    await until("it is read", () => due > 0);
    await pause(300);
    expect([early, due]).toEqual([0, 1]);
  });

  test("takes no more than its share of the time", async () => {
    const { library } = await setUp(12 * MB);
    let workMs = 0;
    const timed = but(library, {
      verify: (id, { pace, ...options } = {}) => {
        let begunMs = performance.now();
        const timedPace = async (): Promise<void> => {
          workMs += performance.now() - begunMs;
          await pace?.();
          begunMs = performance.now();
        };
        return library.verify(id, { ...options, pace: timedPace });
      },
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    const tookMs = await msOf(() => {
      start(timed, { share: 0.2, everyMs: 0, onReport: () => resolve() });
      return promise;
    });
    expect(workMs).toBeGreaterThan(0);
    // Timers may be a millisecond short, twelve times.
    expect(tookMs).toBeGreaterThan(5 * workMs - 20);
  });

  test.for([0, -0.1, 1.1, Number.NaN])("of a share of %d is a bug", (share) => {
    expect(() => startScrub({} as Library, { share })).toThrow(/share/);
  });
});

describe("stopping", () => {
  for (const [how, everyMs] of [
    ["that always has something to read", 0],
    ["that is idle", 3_600_000],
  ] as const)
    test(`a scrub ${how} takes no time`, async () => {
      const { library } = await setUp();
      const scrub = start(library, { share: 1, everyMs });
      await pause(100);
      expect(await msOf(() => scrub.stop())).toBeLessThan(1000);
    });

  test("a scrub that rests for long takes no time", async () => {
    const { library } = await setUp();
    const errors: CardumeError[] = [];
    const scrub = start(library, { share: 1e-9, everyMs: 0, onError: (error) => errors.push(error) });
    await pause(100);
    expect(await msOf(() => scrub.stop())).toBeLessThan(1000);
    expect(errors).toEqual([]);
  });

  test("is no deadlock for a listener that waits for it", async () => {
    const { library } = await setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    // As a program in JavaScript may do it.
    const stopAndWait: () => unknown = () => scrub.stop().then(resolve);
    const scrub = start(library, { share: 1, everyMs: 0, onReport: stopAndWait });
    await promise;
  });
});

// What nobody catches would fail the whole file.
describe("errors do not end the process:", () => {
  const listFails = (): Promise<never> => Promise.reject(new Error("no such table"));

  test("a library whose list fails is left alone for a while", async () => {
    const { library } = await setUp();
    const errors: CardumeError[] = [];
    const onError = (error: CardumeError): unknown => errors.push(error);
    const scrub = start(but(library, { list: listFails }), { share: 1, everyMs: 0, onError });
    await pause(100);
    expect(errors).toMatchObject([{ name: "CardumeError", message: /no such table/ }]);
    await scrub.stop();
  });

  test("of one video, whatever they are: it is told, and read again later", async () => {
    const { library } = await setUp();
    const errors: CardumeError[] = [];
    const verify = (): Promise<never> => Promise.reject(new TypeError("a bug"));
    start(but(library, { verify }), { share: 1, everyMs: 0, onError: (error) => errors.push(error) });
    await until("it is tried twice", () => errors.length > 1);
    expect(errors[0]).toMatchObject({ name: "CardumeError", cause: { name: "TypeError" } });
  });

  test("of listeners", async () => {
    const { library } = await setUp();
    let told = 0;
    const fail = (): never => {
      told++;
      throw new Error("the listener's own");
    };
    start(library, { share: 1, everyMs: 0, onReport: fail, onError: fail });
    const failLater = (): unknown => Promise.reject(new Error("later"));
    start(library, { share: 1, everyMs: 0, onReport: failLater });
    await until("both are told, again and again", () => told > 3);
  });
});
