import type { Lab } from "../lab.ts";
import { atLeast, atMost, type Outcome, type Scenario, so } from "../scenario.ts";
import { line, megabits, OPEN_LINK } from "../shaping/link-shape.ts";
import { rateOf, watchFetch } from "../watched-fetch.ts";
import { outcomeOf } from "./fetched.ts";
import { isSameAs, shoalOf } from "./holders.ts";

/** One far holder: the product of its rate and delay has to be under way. */
export const wan: Scenario = {
  name: "wan",
  about: "one holder at 200 Mbit/s, 100 ms one way: 85 % of its line, 5 MB being under way",
  async run(lab: Lab): Promise<Outcome> {
    const { id, path, client } = await shoalOf(lab, 256, [line(200, 100)]);
    const fetch = await watchFetch(client, id);
    const share = rateOf(fetch) / megabits(200);
    const demands = [
      atLeast("share of the line, first byte to last kept", share, 0.85),
      so("bit-exact", await isSameAs(lab, client, id, path)),
    ];
    return outcomeOf(lab, fetch, demands, { share });
  },
};

/** A neighbour on the same network: how long until something has come. */
export const lan: Scenario = {
  name: "lan",
  about: "one neighbour at 1 Gbit/s, 0.2 ms: the first verified byte within 300 ms of the question, five times",
  async run(lab: Lab): Promise<Outcome> {
    const shape = { ...OPEN_LINK, upBytesPerMs: megabits(1000), downBytesPerMs: megabits(1000), delayMs: 0.2 };
    const { id, holders, client } = await shoalOf(lab, 64, [shape]);
    const firstMs: number[] = [];
    let last = await watchFetch(client, id);
    firstMs.push(last.first.atMs);
    for (let round = 2; round <= 5; round++) {
      // A client that has just come: whoever has fetched it once knows the holder.
      const fresh = await lab.node(`client-${round}`, { join: holders });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      last = await watchFetch(fresh, id);
      firstMs.push(last.first.atMs);
    }
    firstMs.sort((a, b) => a - b);
    const demands = [atMost("first body after asking, median of five", firstMs[2] as number, 300, " ms")];
    return outcomeOf(lab, last, demands, { medianFirstMs: firstMs[2] as number, mostFirstMs: firstMs[4] as number });
  },
};
