import type { Link } from "../core/content/link.ts";
import type { Library } from "../store/library.ts";
import type { SentChunks } from "./chunk-senders.ts";
import type { Viewing } from "./watch-types.ts";

/** How a node runs. Addresses are multiaddrs in text, such as `/ip4/192.168.1.5/tcp/4001`. */
export interface NodeOptions {
  /** For people, told to neighbours; empty for none. */
  readonly name: string;
  readonly listen: readonly string[];
  /** Told to others instead of the addresses that it listens on; empty: those. */
  readonly announce: readonly string[];
  /** Peers to know from the start, with or without `/p2p/…`. Tried again and again while they do not answer. */
  readonly join: readonly string[];
  /** Find neighbours on the local network. */
  readonly mdns: boolean;
  /** Use the distributed hash table beside the flood. */
  readonly dht: boolean;
  /** Ask the router for a port, learn from others whether one is reachable, and let a relay help. */
  readonly nat: boolean;
  /** The direct carrier's port to listen on; 0 for any, `undefined` for no direct carrier. */
  readonly directPort: number | undefined;
  /** The port told to others instead of it: an emulator's or a router's. */
  readonly directAnnouncePort: number | undefined;
  /** 0 for no limit. */
  readonly uploadBytesPerSecond: number;
  readonly maxPeers: number;
}

/** A Cardume node: one process's part in the network, and the library that it shares. */
export interface CardumeNode {
  readonly library: Library;
  readonly peerId: string;
  /** Full addresses, `/p2p/<peer id>` included, as others can use them. */
  addresses(): string[];
  status(): NodeStatus;
  /** Asks the network for a video (32 bytes) or for words of a title. Ends when enough was found, or nothing more comes. */
  find(wanted: Uint8Array | string, options?: FindOptions): AsyncGenerator<FoundVideo>;
  /** Fetches a video, or joins the fetch that is under way. */
  fetch(target: FetchTarget): RunningFetch;
  fetches(): FetchProgress[];
  /** Who sent the chunks of a video; `undefined`: nothing of it came since this node was started, or long ago. */
  senders(id: Uint8Array): SentChunks | undefined;
  /** Other peers that are known to hold some of a video. Asks nobody: there may be more, and some may have gone. */
  knownHolders(id: Uint8Array): readonly string[];
  /**
   * Opens a video to be watched, whether it is held here or not.
   * @throws CardumeError `video-unknown` (exit code 3), `peer-unreachable` (4), `chunks-missing` (1); the signal's reason
   */
  watch(target: FetchTarget, options?: { readonly signal?: AbortSignal }): Promise<Viewing>;
  /** Somebody is going to watch: streams to a few neighbours are kept open from now on, so that videos begin sooner. */
  standBy(): void;
  /** Connects to a peer. @throws CardumeError `address-invalid`, `peer-unreachable` (exit code 4) */
  join(address: string): Promise<void>;
  /** Tells the hash table what is held here. @returns how many videos @throws CardumeError `dht-off` */
  announce(options?: { readonly signal?: AbortSignal }): Promise<number>;
  /** Removes a video from the library, also while others fetch it from here. See `Library.remove`. */
  remove(id: Uint8Array, options?: { readonly files?: boolean }): Promise<boolean>;
  /** Ends everything but the library, which is its owner's to close. */
  close(): Promise<void>;
}

/** How to look for something. */
export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Holders that are enough: unless told, 4 of one video; of a title, all that answer. */
  readonly enough?: number;
}

/** One holder's word on one video. */
export interface FoundVideo {
  readonly id: Uint8Array;
  /** A claim. */
  readonly bytes: number;
  /** A claim of the holder. */
  readonly title: string;
  readonly heldChunks: number;
  readonly holder: string;
  /** Of the holder, signed by it; empty for this node itself. */
  readonly addresses: readonly string[];
}

/** What is to be fetched. */
export interface FetchTarget {
  readonly id: Uint8Array;
  /** `subtitle`: a subtitle file of a video that is here; `video` unless told. */
  readonly kind?: "video" | "subtitle";
  /** Whose publisher is preferred, and whose peers are asked first. */
  readonly link?: Link;
  /** Known holders, as `find` told of them. */
  readonly holders?: readonly FoundVideo[];
}

/** A fetch under way. */
export interface RunningFetch {
  readonly id: Uint8Array;
  progress(): FetchProgress;
  /** Resolves when it has ended, however; rejects with a CardumeError when the machine refused (disk). */
  readonly done: Promise<FetchResult>;
  /** Stops it; what came is kept. Others who joined it go on: it stops with the last of them. */
  stop(): void;
}

/** How a fetch ended. `missing`: nobody who can be reached has some chunks. */
export interface FetchResult {
  readonly outcome: "complete" | "missing" | "not-found" | "unreachable" | "stopped";
  /** Chunks that did not come. */
  readonly missing: readonly number[];
  readonly progress: FetchProgress;
}

/** How far a fetch has come. */
export interface FetchProgress {
  readonly id: Uint8Array;
  /** From the manifest, else a claim; empty when unknown. */
  readonly title: string;
  readonly phase: "finding" | "connecting" | "fetching" | "ended";
  /** Whether somebody wants all of it; else it is only fetched as it is watched. */
  readonly wantsAll: boolean;
  /** 0 when not known yet. */
  readonly bytes: number;
  readonly heldBytes: number;
  readonly chunks: number;
  readonly heldChunks: number;
  /** Since this fetch began, bytes of bodies, wasted ones included. */
  readonly receivedBytes: number;
  /** Checked and in the file; held for good when `heldBytes` says so. */
  readonly writtenBytes: number;
  /** Came twice, wrong, or not wanted any more. */
  readonly wastedBytes: number;
  readonly bytesPerSecond: number;
  /** `undefined` when it cannot be said. */
  readonly leftMs: number | undefined;
  readonly holders: readonly HolderProgress[];
}

/** One holder's part in a fetch. */
export interface HolderProgress {
  readonly peer: string;
  readonly name: string;
  readonly carrier: "direct" | "libp2p" | undefined;
  readonly state: "connecting" | "serving" | "gone" | "dropped";
  /** Why it was dropped, in words. */
  readonly reason?: string;
  /** From a question to the beginning of its answer; `undefined` before the first. */
  readonly roundTripMs: number | undefined;
  readonly receivedBytes: number;
  readonly bytesPerSecond: number;
  readonly heldChunks: number;
}

/** A node at a glance. */
export interface NodeStatus {
  readonly peerId: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly startedAtMs: number;
  readonly peers: readonly PeerStatus[];
  readonly known: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Of the main thread, since the start: how late timers were, 99 times of 100 no later than this. */
  readonly eventLoopDelayP99Ms: number;
  /** What was refused, dropped or retried, by its cause. */
  readonly counters: Readonly<Record<string, number>>;
}

/** One connected peer. */
export interface PeerStatus {
  readonly peer: string;
  readonly name: string;
  readonly address: string;
  readonly isNeighbour: boolean;
  readonly direction: "inbound" | "outbound";
  /** How this node came to know it. */
  readonly via: "join" | "lan" | "exchange" | "memory" | "inbound" | "found";
  readonly roundTripMs: number | undefined;
}

/** What a node tells whoever started it. */
export type NodeEvent =
  | {
      readonly type: "neighbour";
      readonly change: "came" | "went";
      readonly peer: string;
      readonly name: string;
      readonly address: string;
    }
  /** Also of one that was stopped. */
  | { readonly type: "fetch-ended"; readonly result: FetchResult }
  /** For the log: what was refused, dropped, retried; `details` are for programs. */
  | {
      readonly type: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly text: string;
      readonly details?: Readonly<Record<string, string | number | boolean>>;
    };
