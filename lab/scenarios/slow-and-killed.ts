import type { Lab } from "../lab.ts";
import type { LabNode } from "../lab-node.ts";
import { atLeast, type Outcome, type Scenario, so } from "../scenario.ts";
import { line, megabits } from "../shaping/link-shape.ts";
import { watchFetch } from "../watched-fetch.ts";
import { outcomeOf } from "./fetched.ts";
import { isSameAs, shoalOf } from "./holders.ts";

const FAST_MBIT = 50;
const SLOW_MBIT = 0.25;
const DELAY_MS = 20;
const LEAST_SHARE = 0.9;

async function run(lab: Lab): Promise<Outcome> {
  const shapes = [FAST_MBIT, FAST_MBIT, FAST_MBIT, SLOW_MBIT].map((mbit) => line(mbit, DELAY_MS));
  const { id, path, bytes, holders, client } = await shoalOf(lab, 256, shapes);
  let killed: { atMs: number; bytes: number } | undefined;
  const fetch = await watchFetch(client, id, async ({ atMs, progress }) => {
    if (killed !== undefined || progress.receivedBytes < progress.bytes / 2) return;
    killed = { atMs, bytes: progress.receivedBytes };
    lab.say(`killed ${holders[0]?.name} after ${Math.round(atMs)} ms`);
    await (holders[0] as LabNode).kill();
  });
  if (killed === undefined) throw new Error("the fetch was over before its half was seen");
  const before = 3 * megabits(FAST_MBIT) + megabits(SLOW_MBIT);
  const after = 2 * megabits(FAST_MBIT) + megabits(SLOW_MBIT);
  // What the lines would have brought in the time that it took, each for as long as it was there.
  const possible = before * (killed.atMs - fetch.first.atMs) + after * (fetch.ms - killed.atMs);
  const share = (bytes - fetch.first.bytes) / possible;
  const afterShare = (bytes - killed.bytes) / (after * (fetch.ms - killed.atMs));
  const demands = [
    atLeast("share of what the lines bring, first byte to last kept", share, LEAST_SHARE),
    atLeast("share of what is left, from the kill on", afterShare, LEAST_SHARE),
    so("bit-exact", await isSameAs(lab, client, id, path)),
  ];
  return outcomeOf(lab, fetch, demands, { share, afterShare, killedAtMs: killed.atMs });
}

/** Four holders, one of them very slow, and a fast one killed half way. */
export const slowAndKilled: Scenario = {
  name: "slow-and-killed",
  about: "three holders at 50 Mbit/s and one at 0.25; one is killed half way: 90 % of what is left",
  run,
};
