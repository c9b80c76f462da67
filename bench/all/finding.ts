import { runSearch, type SearchOutcome } from "../../sim/find/run-search.ts";
import type { Does, Figures, Side, Stand } from "./side.ts";
import type { TaskOf } from "./task.ts";

const HELD_SHARE = 0.25;
const ENOUGH = 4;
const MEAN_DELAY_MS = 20;
/** One ring of so many hops: what a plain flood is. */
const FLOOD_HOPS = 8;

/** A search by our find cores in the simulator, peer by peer: a quarter holds what is wanted, and four are wanted. */
export const findCardume = (task: TaskOf<"find">, stand: Stand): Promise<Figures | string> => search(task, stand, {});

function search({ peers }: TaskOf<"find">, { sizes, round }: Stand, limits: object): Promise<Figures | string> {
  if (peers > sizes.mostFindPeers) return Promise.resolve(`more than ${sizes.mostFindPeers} peers are not simulated`);
  const plan = { seed: round, peers, heldShare: HELD_SHARE, enough: ENOUGH, meanDelayMs: MEAN_DELAY_MS };
  const { queries, links, tookMs }: SearchOutcome = runSearch({ ...plan, plant: { limits } });
  return Promise.resolve({ queriesALink: queries / links, queries, ms: tookMs });
}

const NO = "only finding is measured of it";

/** The same cores with one wide ring: every neighbour is asked at once, as a flood does. */
export const flood: Side = {
  name: `flood of ${FLOOD_HOPS} hops`,
  isLimit: false,
  available: () => Promise.resolve({ version: "the same cores" }),
  does: {
    ...{ transfer: NO, folder: NO, watch: NO, rough: NO, liars: NO, idle: NO, start: NO, size: NO },
    find: (task, stand) => search(task, stand, { firstRingHops: FLOOD_HOPS }),
  } satisfies Does,
};
