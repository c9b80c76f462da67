import type { PeerKind } from "./cast.ts";
import type { Profile } from "./scenario.ts";
import type { Shape } from "./topology.ts";

/** Small loopy networks are where duplicates, ties and races are densest. */
const SMALL_SHAPES: readonly Shape[] = ["line", "ring", "star", "tree", "random", "loopy", "loopy", "loopy"];

const MIXED: readonly PeerKind[] = [
  ...(["honest", "honest", "honest", "honest", "honest"] as const),
  ...(["naive", "slow", "stammering", "rubbish", "silent", "boastful", "confused", "absent"] as const),
];

/**
 * A search takes 5 s, a silent only holder some 11 s, and one that falls silent and comes back may do so more than
 * once.
 */
const PATIENCE_MS = 40_000;

const small = {
  minPeers: 3,
  maxPeers: 8,
  shapes: SMALL_SHAPES,
  kinds: MIXED,
  maxId: 30,
  maxWanted: 30,
  heldShares: [0.15, 0.3, 0.5],
  reportShare: 0,
  clientMs: PATIENCE_MS,
} as const;

/** Small networks with everything that can go wrong, then healed. */
export const ROUGH: Profile = { ...small, weather: "rough" };

/** Small networks with liars and foreign programs, but nothing lost. */
export const CALM: Profile = { ...small, weather: "calm" };

/** Small networks of our own programs only, in bad weather. */
export const ROUGH_OURS: Profile = { ...small, kinds: ["honest"], weather: "rough" };

/** Small networks of our own programs only, nothing lost: the search may take its 5 s, the rest is quick. */
export const CALM_OURS: Profile = { ...small, kinds: ["honest"], weather: "calm", clientMs: 6000 };

/** Foreign programs that know no duplicates are as many as ours. */
export const NAIVE: Profile = { ...small, kinds: ["honest", "naive"], weather: "rough" };

/** Networks of 20 to 50 peers. */
export const LARGE: Profile = {
  ...small,
  minPeers: 20,
  maxPeers: 50,
  shapes: ["random", "random", "tree", "ring"],
  weather: "rough",
};

/** Lists that do not fit one message. */
export const LONG_LISTS: Profile = {
  ...small,
  maxPeers: 5,
  kinds: ["honest"],
  weather: "rough",
  maxId: 1300,
  maxWanted: 1200,
  // A thousand chunks through a window that loss keeps small, at hundreds of ms a round trip.
  clientMs: 120_000,
};

/** A part of the peers send in the report's dialect; nothing is lost, some datagrams come twice. */
export const DIALECTS: Profile = { ...small, kinds: ["honest"], weather: "calm", reportShare: 0.5 };

/** More liars than honest peers: a chunk that an honest one has must come from it all the same. */
export const LIARS: Profile = {
  ...small,
  minPeers: 3,
  maxPeers: 5,
  kinds: ["silent", "boastful", "honest"],
  weather: "calm",
};
