import { describe, expect, test } from "vitest";
import { ChunkJob, type FetchRequest } from "../../../../src/core/fetch/chunk-job.ts";
import type { Run } from "../../../../src/core/fetch/grains.ts";

let nextId = 1;
/** A request of which a job only looks at the run. */
const request = (run: Run): FetchRequest => ({ id: nextId++, run }) as FetchRequest;

function ask(job: ChunkJob, run: Run | undefined): FetchRequest {
  const asked = request(run as Run);
  job.asked(asked);
  return asked;
}

describe("a chunk under way", () => {
  test("is given as a whole to who can take it, and to slow ones in aligned parts", () => {
    expect(new ChunkJob(0, 1_048_576, 16).freeRun(16)).toEqual({ first: 0, grains: 16 });
    const job = new ChunkJob(0, 1_048_576, 16);
    const runs: (Run | undefined)[] = [];
    for (const most of [1, 4, 16, 16, 16]) {
      const run = job.freeRun(most);
      runs.push(run);
      ask(job, run);
    }
    expect(runs).toEqual([
      { first: 0, grains: 1 },
      { first: 4, grains: 4 },
      { first: 8, grains: 8 },
      { first: 2, grains: 2 },
      { first: 1, grains: 1 },
    ]);
    expect(job.freeRun(16)).toBeUndefined();
    expect(job.freeGrains).toBe(0);
  });

  test("has free again what a request that is over leaves, but not what another one is for", () => {
    const job = new ChunkJob(0, 1_048_576, 16);
    const slow = ask(job, { first: 0, grains: 8 });
    const second = ask(job, { first: 4, grains: 4 });
    job.over(slow);
    expect(job.freeGrains).toBe(12);
    expect(job.freeRunAt(0, 16)).toEqual({ first: 0, grains: 4 });
    expect(job.isFree(4)).toBe(false);
    job.over(second);
    job.over(second);
    expect(job.freeGrains).toBe(16);
  });

  test("counts verified grains once, however often they come", () => {
    const job = new ChunkJob(0, 1_048_576, 16);
    expect(job.verified({ first: 0, grains: 4 })).toBe(4);
    expect(job.verified({ first: 0, grains: 8 })).toBe(4);
    expect(job.hasRun({ first: 0, grains: 8 })).toBe(true);
    expect(job.hasRun({ first: 0, grains: 16 })).toBe(false);
    expect(job.verified({ first: 0, grains: 16 })).toBe(8);
    expect(job.isWhole).toBe(true);
  });

  test("at the end of a video is whole with the grains that it has", () => {
    const job = new ChunkJob(3, 300_000, 5);
    expect(job.freeRun(16)).toEqual({ first: 0, grains: 16 });
    ask(job, job.freeRun(4));
    expect(job.freeRun(16)).toEqual({ first: 4, grains: 4 });
    job.verified({ first: 0, grains: 4 });
    job.verified({ first: 4, grains: 4 });
    expect(job.isWhole).toBe(true);
    expect(job.haveGrains).toBe(5);
  });
});

describe("a large chunk", () => {
  test("is given in parts of at most 1 MiB", () => {
    const job = new ChunkJob(0, 4 * 1_048_576, 64);
    const firsts: number[] = [];
    for (let run = job.freeRun(64); run !== undefined; run = job.freeRun(64)) {
      expect(run.grains).toBe(16);
      firsts.push(run.first);
      ask(job, run);
    }
    expect(firsts).toEqual([0, 16, 32, 48]);
    expect(job.nextFree(0)).toBe(-1);
    const middle = [...job.requests][1] as FetchRequest;
    job.over(middle);
    expect(job.nextFree(0)).toBe(16);
    expect(job.nextFree(20)).toBe(20);
    expect(job.nextFree(32)).toBe(-1);
  });
});

describe("requests of a chunk", () => {
  test("are known when they are for the same bytes", () => {
    const job = new ChunkJob(0, 1_048_576, 16);
    const whole = ask(job, { first: 0, grains: 16 });
    const part = ask(job, { first: 8, grains: 4 });
    const other = ask(job, { first: 12, grains: 4 });
    expect(job.copiesOf(part)).toEqual([whole]);
    expect(job.copiesOf(whole)).toEqual([part, other]);
  });
});
