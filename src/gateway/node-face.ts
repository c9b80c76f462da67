import type {
  FetchProgress,
  FetchResult,
  FetchTarget,
  FindOptions,
  FoundVideo,
  NodeStatus,
} from "../node/node-types.ts";

/** What commands use of a node, whether it runs in this process or in another one. */
export interface NodeFace {
  status(): Promise<NodeStatus>;
  /** See `CardumeNode.find`. */
  find(wanted: Uint8Array | string, options?: FindOptions): AsyncGenerator<FoundVideo>;
  /** Fetches a video, or joins its fetch. */
  fetch(target: FetchTarget): FollowedFetch;
  /** @throws CardumeError `address-invalid`, `peer-unreachable` */
  join(address: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** @returns how many videos @throws CardumeError `dht-off` */
  announce(options?: { readonly signal?: AbortSignal }): Promise<number>;
}

/** One who looks on while a video comes. */
export interface FollowedFetch {
  readonly id: Uint8Array;
  /** The latest known; `undefined` before the first word. */
  progress(): FetchProgress | undefined;
  /** Resolves when the fetch has ended, however. */
  readonly done: Promise<FetchResult>;
  /** Looks away: the fetch stops with the last who does. */
  stop(): void;
}
