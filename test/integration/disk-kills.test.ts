import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { Random } from "../property/support/random.ts";
import { SEED } from "../property/support/seed.ts";
import { NODE } from "./support/places.ts";
import { requirement } from "./support/requirement.ts";
import { Ledger } from "./support/store-ledger.ts";
import { inFolder, lookAgain, startChild } from "./support/store-runs.ts";
import { Workload } from "./support/store-workload.ts";
import { system } from "./support/system.ts";

/** Killed from outside, at any moment. */
const RANDOM_KILLS = 200;

/** A round of the workload says about so much, and takes longer than this for each. */
const MAX_ACKS = 16;
const MAX_DELAY_MS = 30;

const TIMEOUT_MS = 240_000;

/** Everything a workload says at its end must be so as well. */
async function complete(workload: Workload, ledger: Ledger): Promise<void> {
  expect(
    await lookAgain(workload, ledger, async (library) => {
      for (const step of workload.steps()) await step.run(library, ledger.note);
      expect(await ledger.problems(library), "after going on").toEqual([]);
    }),
  ).toEqual([]);
}

/** @returns whether the run came to its end, which is after the last change */
const killedAt = (change: number): Promise<boolean> =>
  inFolder(async (root) => {
    const workload = new Workload(root);
    workload.prepare();
    const ledger = new Ledger();
    const isDone = await startChild([root, String(change)], ledger.note).ended;
    await complete(workload, ledger).catch((error: unknown) => {
      throw new Error(`killed at change ${change}`, { cause: error });
    });
    return isDone;
  });

// Between two calls that change something, on the disk or in the catalogue, there is nothing new to be found: reading
// calls need no kill of their own.
test(
  "a process killed at any change it makes loses nothing of what it acknowledged",
  async () => {
    let next = 1;
    let last = Number.POSITIVE_INFINITY;
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      while (next < last) {
        const change = next++;
        const isDone = await killedAt(change).catch((error: unknown) => failures.push(error) < 0);
        if (isDone) last = Math.min(last, change);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
    expect(failures).toEqual([]);
    console.log(`killed at each of ${last - 1} changes`);
    expect(last, "changes of the workload").toBeGreaterThan(100);
  },
  TIMEOUT_MS,
);

/** One library, whose user is killed again and again. */
const killAgainAndAgain = (seed: number, kills: number): Promise<number> =>
  inFolder(async (root) => {
    const random = new Random(seed);
    const workload = new Workload(root, "large");
    workload.prepare();
    const ledger = new Ledger();
    let acks = 0;
    for (let kill = 0; kill < kills; kill++) {
      // Some are killed while they open it, which is where the last one's traces are tidied up.
      let left = random.oneIn(4) ? 0 : random.between(1, MAX_ACKS);
      const enough = Promise.withResolvers<void>();
      const child = startChild([root, "0", "loop"], (ack) => {
        acks++;
        ledger.note(ack);
        if (--left === 0) enough.resolve();
      });
      await (left === 0 ? child.started : Promise.race([enough.promise, child.ended]));
      await new Promise((resolve) => setTimeout(resolve, random.below(MAX_DELAY_MS)));
      child.kill();
      expect(await child.ended).toBe(false);
      expect(await lookAgain(workload, ledger, async () => {}), `seed ${seed}, kill ${kill}`).toEqual([]);
    }
    await complete(workload, ledger);
    return acks;
  });

test(
  "a process killed at any moment loses nothing of what it acknowledged",
  async () => {
    console.log(`kills at random: SEED=${SEED}`);
    const chains = availableParallelism();
    const kills = Math.ceil(RANDOM_KILLS / chains);
    const all = Array.from({ length: chains }, (_, at) => killAgainAndAgain(SEED + at, kills));
    // All have tidied up before one that failed ends the test.
    await Promise.allSettled(all);
    const acks = await Promise.all(all);
    console.log(`${chains * kills} kills, ${acks.reduce((sum, one) => sum + one)} acknowledgements`);
  },
  TIMEOUT_MS,
);

/** SQLite's own calls: some 150 writes and 20 syncs a round, each in its own thread's count. */
const CATALOGUE_CALLS = [
  ["pwrite64", 150],
  ["fsync", 18],
] as const;

const KILLS_PER_CALL = 5;

function isThere(tool: string): boolean {
  try {
    system(tool, "true");
    return true;
  } catch {
    return false;
  }
}

test(
  "a process killed in the midst of the catalogue's own calls loses nothing of what it acknowledged",
  async (context) => {
    // Where it is not, the kills at any moment have to hit these calls by chance.
    requirement(context, isThere("strace") ? undefined : "strace");
    const random = new Random(SEED);
    for (const [call, most] of CATALOGUE_CALLS)
      for (const number of random.list(KILLS_PER_CALL, () => random.between(1, most)))
        await inFolder(async (root) => {
          const workload = new Workload(root);
          workload.prepare();
          const ledger = new Ledger();
          const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${number}`];
          await startChild([root, "-1"], ledger.note, ["strace", "-f", "-o", "/dev/null", ...inject, NODE]).ended;
          await complete(workload, ledger).catch((error: unknown) => {
            throw new Error(`killed at ${call} ${number}`, { cause: error });
          });
        });
  },
  TIMEOUT_MS,
);
