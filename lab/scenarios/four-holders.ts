import type { Lab } from "../lab.ts";
import { atLeast, type Outcome, type Scenario, so } from "../scenario.ts";
import { line, megabits } from "../shaping/link-shape.ts";
import { rateOf, watchFetch } from "../watched-fetch.ts";
import { outcomeOf } from "./fetched.ts";
import { isSameAs, shoalOf } from "./holders.ts";

const HOLDERS = 4;
const MBIT = 50;
const DELAY_MS = 20;
const LEAST_SHARE = 0.95;

async function run(lab: Lab): Promise<Outcome> {
  const shapes = Array.from({ length: HOLDERS }, () => line(MBIT, DELAY_MS));
  const { id, path, bytes, client } = await shoalOf(lab, 256, shapes);
  const fetch = await watchFetch(client, id);
  const sum = HOLDERS * megabits(MBIT);
  const share = rateOf(fetch) / sum;
  const demands = [
    atLeast("share of the lines' sum, first byte to last kept", share, LEAST_SHARE),
    so("bit-exact", await isSameAs(lab, client, id, path)),
  ];
  return outcomeOf(lab, fetch, demands, { share, wholeShare: bytes / fetch.ms / sum });
}

/** Four holders at 50 Mbit/s and 20 ms: what comes of their sum. */
export const fourHolders: Scenario = {
  name: "four-holders",
  about: "four holders at 50 Mbit/s, 20 ms one way: the client gets 95 % of their sum",
  run,
};
