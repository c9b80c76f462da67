import { toBase32 } from "../core/content/base32.ts";
import type {
  FetchProgress,
  FetchResult,
  FoundVideo,
  HolderProgress,
  NodeStatus,
  PeerStatus,
} from "../node/node-types.ts";
import { idFrom } from "./api-values.ts";

// Each value of a node as JSON, and back: ids in base32, null for what is not known.

/** One holder's word as JSON. */
export type ApiFound = Omit<FoundVideo, "id"> & { readonly id: string };

/** One holder's word as JSON. */
export const apiFound = ({ id, ...found }: FoundVideo): ApiFound => ({ id: toBase32(id), ...found });

/** One holder's word from JSON. */
export const foundOf = ({ id, ...found }: ApiFound): FoundVideo => ({ ...found, id: idFrom(id) });

type ApiHolder = Omit<HolderProgress, "carrier" | "reason" | "roundTripMs"> & {
  readonly carrier: "direct" | "libp2p" | null;
  readonly reason: string | null;
  readonly roundTripMs: number | null;
};

const apiHolder = ({ carrier, reason, roundTripMs, ...holder }: HolderProgress): ApiHolder => ({
  ...holder,
  carrier: carrier ?? null,
  reason: reason ?? null,
  roundTripMs: roundTripMs ?? null,
});

const holderOf = ({ carrier, reason, roundTripMs, ...holder }: ApiHolder): HolderProgress => ({
  ...holder,
  carrier: carrier ?? undefined,
  roundTripMs: roundTripMs ?? undefined,
  ...(reason === null ? {} : { reason }),
});

/** How far a fetch has come, as JSON. */
export type ApiProgress = Omit<FetchProgress, "id" | "leftMs" | "holders"> & {
  readonly id: string;
  readonly leftMs: number | null;
  readonly holders: readonly ApiHolder[];
};

/** How far a fetch has come, as JSON. */
export const apiProgress = ({ id, leftMs, holders, ...progress }: FetchProgress): ApiProgress => ({
  id: toBase32(id),
  ...progress,
  leftMs: leftMs ?? null,
  holders: holders.map(apiHolder),
});

/** How far a fetch has come, from JSON. */
export const progressOf = ({ id, leftMs, holders, ...progress }: ApiProgress): FetchProgress => ({
  ...progress,
  id: idFrom(id),
  leftMs: leftMs ?? undefined,
  holders: holders.map(holderOf),
});

/** How a fetch ended, as JSON. */
export type ApiResult = Omit<FetchResult, "progress"> & { readonly progress: ApiProgress };

/** How a fetch ended, as JSON. */
export const apiResult = ({ progress, ...result }: FetchResult): ApiResult => ({
  ...result,
  progress: apiProgress(progress),
});

/** How a fetch ended, from JSON. */
export const resultOf = ({ progress, ...result }: ApiResult): FetchResult => ({
  ...result,
  progress: progressOf(progress),
});

type ApiPeer = Omit<PeerStatus, "roundTripMs"> & { readonly roundTripMs: number | null };

/** A node at a glance, as JSON. */
export type ApiStatus = Omit<NodeStatus, "peers"> & { readonly peers: readonly ApiPeer[] };

/** A node at a glance, as JSON. */
export const apiStatus = ({ peers, ...status }: NodeStatus): ApiStatus => ({
  ...status,
  peers: peers.map(({ roundTripMs, ...peer }) => ({ ...peer, roundTripMs: roundTripMs ?? null })),
});

/** A node at a glance, from JSON. */
export const nodeStatusOf = ({ peers, ...status }: ApiStatus): NodeStatus => ({
  ...status,
  peers: peers.map(({ roundTripMs, ...peer }) => ({ ...peer, roundTripMs: roundTripMs ?? undefined })),
});
