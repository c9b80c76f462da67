import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toBase32 } from "../../../src/core/content/base32.ts";
import { CardumeError } from "../../../src/core/errors.ts";
import { PAGE } from "../../../src/core/limits.ts";
import { FetchJobs } from "../../../src/gateway/page-jobs.ts";
import type { Library } from "../../../src/store/library.ts";
import type { VideoInfo } from "../../../src/store/video-info.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { ScriptedNode } from "./scripted-node.ts";

const idOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);

interface Stage {
  readonly jobs: FetchJobs;
  readonly node: ScriptedNode;
  readonly folder: string;
  /** What the library says is whole. */
  readonly whole: Set<string>;
}

function stage(folder: string = tempFolder()): Stage {
  const whole = new Set<string>();
  const get = (id: Uint8Array): Promise<VideoInfo | undefined> =>
    Promise.resolve(whole.has(toBase32(id)) ? ({ state: "complete" } as VideoInfo) : undefined);
  const node = new ScriptedNode({ folder, get } as unknown as Library);
  return { jobs: new FetchJobs(node, Date.now), node, folder, whole };
}

const statesOf = (jobs: FetchJobs): string[] => jobs.list().map(({ state }) => state);
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("fetches in the background", () => {
  test("run a few at a time, the others wait in line, and each tells how far it is", async () => {
    const { jobs, node } = stage();
    for (let number = 1; number <= PAGE.maxJobsAtOnce + 2; number++) jobs.begin({ id: idOf(number) });
    expect(statesOf(jobs)).toEqual([...Array(PAGE.maxJobsAtOnce).fill("fetching"), "waiting", "waiting"]);
    const [first] = node.running;
    if (first === undefined) throw new Error("nothing runs");
    first.now = { ...first.now, title: "Férias", bytes: 100, writtenBytes: 40, phase: "fetching" };
    expect(jobs.list()[0]).toMatchObject({ title: "Férias", bytes: 100, writtenBytes: 40, phase: "fetching" });
    first.end("complete");
    await settled();
    expect(statesOf(jobs)).toEqual(["done", "fetching", "fetching", "fetching", "waiting"]);
  });

  test("are one a video, however often they are ordered", () => {
    const { jobs, node } = stage();
    jobs.begin({ id: idOf(1) });
    expect(jobs.begin({ id: idOf(1) }).state).toBe("fetching");
    expect([jobs.list().length, node.running.length]).toEqual([1, 1]);
  });

  test("are tried again when nobody has the video, ever more rarely, and at once when somebody asks for it", async () => {
    const { jobs, node } = stage();
    jobs.begin({ id: idOf(1) });
    for (const [tries, waitMs] of [PAGE.jobAgainMs, 2 * PAGE.jobAgainMs, 4 * PAGE.jobAgainMs].entries()) {
      node.running[tries]?.end("not-found");
      await settled();
      expect(jobs.list()).toMatchObject([{ state: "later", outcome: "not-found", nextTryAtMs: Date.now() + waitMs }]);
      await vi.advanceTimersByTimeAsync(waitMs - 2000);
      expect(node.running).toHaveLength(tries + 1);
      await vi.advanceTimersByTimeAsync(3000);
      expect(node.running).toHaveLength(tries + 2);
    }
    node.running[3]?.end("unreachable");
    await settled();
    expect(jobs.begin({ id: idOf(1) }).state).toBe("fetching");
    node.running[4]?.end("missing");
    await settled();
    expect(jobs.list()[0]?.nextTryAtMs, "patience begins anew").toBe(Date.now() + PAGE.jobAgainMs);
  });

  test("stop when somebody says so, go on when somebody does, and say what the machine refused", async () => {
    const { jobs, node } = stage();
    jobs.begin({ id: idOf(1) });
    expect(jobs.stop(idOf(1)).state).toBe("stopped");
    expect(node.running[0]?.stops).toBe(1);
    await settled();
    expect(statesOf(jobs)).toEqual(["stopped"]);
    expect(jobs.begin({ id: idOf(1) }).state).toBe("fetching");
    node.running[1]?.fail(new CardumeError("disk-full", "the disk is full", { exitCode: 5 }));
    await settled();
    expect(jobs.list()).toMatchObject([{ state: "failed", problem: "the disk is full" }]);
    jobs.drop(idOf(1));
    expect(jobs.list()).toEqual([]);
    expect(() => jobs.stop(idOf(9))).toThrow(expect.objectContaining({ code: "job-unknown" }));
  });
});

describe("the list of background fetches", () => {
  test("loses what is over after a while, but what failed waits for somebody to see it", async () => {
    const { jobs, node } = stage();
    for (const number of [1, 2]) jobs.begin({ id: idOf(number) });
    node.running[0]?.end("complete");
    node.running[1]?.fail(new CardumeError("disk-failed", "no", { exitCode: 5 }));
    await settled();
    await vi.advanceTimersByTimeAsync(PAGE.jobOverMs + 1);
    expect(statesOf(jobs)).toEqual(["failed"]);
  });

  test("has a bound, and a link is looked at before anything begins", () => {
    const { jobs } = stage();
    expect(() => jobs.begin({ id: idOf(1), link: "cardume:nonsense" })).toThrow(CardumeError);
    expect(jobs.list()).toEqual([]);
    for (let number = 0; number < PAGE.maxJobs; number++) jobs.begin({ id: idOf(number) });
    expect(() => jobs.begin({ id: new Uint8Array(32).fill(1, 0, 3) })).toThrow(
      expect.objectContaining({ code: "too-many-requests" }),
    );
  });
});

describe("after a restart", () => {
  test("those that were not over go on; what is whole by now, and what was stopped, does not", async () => {
    const { jobs, node, folder } = stage();
    for (const number of [1, 2, 3, 4]) jobs.begin({ id: idOf(number) });
    jobs.stop(idOf(2));
    await settled();
    await jobs.close();
    expect(node.running.map(({ stops }) => stops)).toEqual([1, 1, 1, 1]);
    const again = stage(folder);
    again.whole.add(toBase32(idOf(3)));
    await again.jobs.resume();
    expect(again.jobs.list().map(({ id, state }) => [id, state])).toEqual([
      [toBase32(idOf(1)), "fetching"],
      [toBase32(idOf(4)), "fetching"],
    ]);
  });

  test.for([
    ["no JSON", "{"],
    ["another one's", '{"jobs":[{"id":"../../x","title":"","link":null,"begunAtMs":1}]}'],
    ["an id that is none", `{"jobs":[{"id":"${"7".repeat(52)}","title":"","link":null,"begunAtMs":1}]}`],
    ["too large", JSON.stringify({ jobs: [], more: "x".repeat(PAGE.maxJobsFileBytes) })],
  ])("a file that is %s is nothing to go on with", async ([, text]) => {
    const { jobs, folder, node } = stage();
    writeFileSync(join(folder, "jobs.json"), text as string);
    await jobs.resume();
    expect([jobs.list(), node.running]).toEqual([[], []]);
  });

  test("a link that was kept and that nobody can read any more is a failure of that fetch alone", async () => {
    const { jobs, folder } = stage();
    const kept = { title: "", begunAtMs: 1 };
    const text = {
      jobs: [
        { id: toBase32(idOf(1)), link: "x", ...kept },
        { id: toBase32(idOf(2)), link: null, ...kept },
      ],
    };
    writeFileSync(join(folder, "jobs.json"), JSON.stringify(text));
    await jobs.resume();
    expect(statesOf(jobs)).toEqual(["failed", "fetching"]);
    await jobs.close();
    expect(readFileSync(join(folder, "jobs.json"), "utf8")).toContain(toBase32(idOf(2)));
  });
});
