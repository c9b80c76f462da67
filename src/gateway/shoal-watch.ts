import { chunkLength } from "../core/content/geometry.ts";
import { PAGE } from "../core/limits.ts";
import type { CardumeNode, FetchProgress, PeerStatus } from "../node/node-types.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import { ShoalLedger } from "./shoal-ledger.ts";

/** Chunks in a row with one state: [first, count, sender]. -1: here from before; else a place in the list of peers. */
export type ChunkRun = readonly [number, number, number];

/** A holder, and what it does. */
export interface ShoalHolder {
  readonly peer: string;
  /** Its own word. */
  readonly name: string;
  readonly state: "connecting" | "serving" | "gone" | "dropped";
  readonly reason: string | null;
  readonly carrier: "direct" | "libp2p" | null;
  readonly roundTripMs: number | null;
  readonly bytesPerSecond: number;
  readonly receivedBytes: number;
  readonly heldChunks: number;
}

/** The news of one look. */
export interface ShoalNews {
  readonly phase: "idle" | FetchProgress["phase"];
  readonly held: number;
  readonly bytesPerSecond: number;
  /** In the order in which they first sent; runs name places in it. */
  readonly peers: readonly string[];
  readonly holders: readonly ShoalHolder[];
  /** Holders that are not in the list. */
  readonly more: number;
  /** Chunks that came since the last look, and who sent them. */
  readonly came: readonly ChunkRun[];
  /** Chunks that are not held any more. */
  readonly lost: readonly number[];
}

/**
 * One video, while somebody looks at its chunks: looks at the fetch four times a second, whoever looks on, and is told by
 * the store of each chunk.
 */
export class ShoalWatch {
  readonly #node: Pick<CardumeNode, "fetches" | "status">;
  readonly #store: ChunkStore;
  readonly #ledger = new ShoalLedger();
  readonly #listeners = new Set<(news: ShoalNews) => void>();
  readonly #stopListening: () => void;
  #lost: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #roundTrips: ReadonlyMap<string, number> = new Map();

  constructor(node: Pick<CardumeNode, "fetches" | "status">, store: ChunkStore) {
    this.#node = node;
    this.#store = store;
    const { geometry } = store.manifest;
    this.#stopListening = store.onHeld((chunk, isHeld) => {
      if (isHeld) this.#ledger.came(chunk, chunkLength(geometry, chunk));
      else {
        this.#ledger.lost(chunk);
        this.#lost.push(chunk);
      }
    });
    this.#takeUp();
    this.#look();
  }

  /** What is here and came in the fetch that is under way, when there is nothing else: somebody sent that, too. */
  #takeUp(): void {
    const { held, manifest } = this.#store;
    const received = (this.#progress()?.holders ?? []).reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
    const chunks = Array.from({ length: this.chunks }, (_, chunk) => chunk).filter((chunk) => held.has(chunk));
    const bytes = chunks.reduce((sum, chunk) => sum + chunkLength(manifest.geometry, chunk), 0);
    if (received >= bytes) for (const chunk of chunks) this.#ledger.came(chunk, chunkLength(manifest.geometry, chunk));
  }

  /** How many look on. */
  get listeners(): number {
    return this.#listeners.size;
  }

  get chunks(): number {
    return this.#store.manifest.geometry.chunks;
  }

  get bytes(): number {
    return this.#store.manifest.geometry.bytes;
  }

  get chunkBytes(): number {
    return this.#store.manifest.geometry.chunkBytes;
  }

  /** Calls this at every look. @returns how to look away */
  listen(onNews: (news: ShoalNews) => void): () => void {
    this.#listeners.add(onNews);
    this.#timer ??= setInterval(() => this.#look(), PAGE.shoalGapMs).unref();
    return () => this.#listeners.delete(onNews);
  }

  /** All chunks that are held, with their senders. */
  all(): ChunkRun[] {
    const held: number[] = [];
    for (let chunk = 0; chunk < this.chunks; chunk++) if (this.#store.held.has(chunk)) held.push(chunk);
    return this.#runsOf(held);
  }

  /** What is known now, without news of chunks. */
  now(): ShoalNews {
    return this.#news(this.#progress(), [], []);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening();
    await this.#store.close();
  }

  #progress(): FetchProgress | undefined {
    const { id } = this.#store.manifest;
    return this.#node.fetches().find((one) => Buffer.compare(one.id, id) === 0);
  }

  #look(): void {
    const progress = this.#progress();
    // Round trips change slowly, and are asked of all connections.
    if (this.#looks++ % LOOKS_A_ROUND_TRIP === 0 && progress !== undefined)
      this.#roundTrips = roundTripsOf(this.#node.status().peers);
    const came = this.#ledger.look(progress?.holders ?? []);
    const lost = this.#lost;
    this.#lost = [];
    const news = this.#news(progress, came, lost);
    for (const onNews of this.#listeners) onNews(news);
  }

  #news(progress: FetchProgress | undefined, came: readonly number[], lost: readonly number[]): ShoalNews {
    const holders = (progress?.holders ?? []).toSorted((one, other) => weightOf(other) - weightOf(one));
    return {
      phase: progress?.phase ?? "idle",
      held: this.#store.held.count,
      bytesPerSecond: progress?.bytesPerSecond ?? 0,
      peers: [...this.#ledger.peers],
      holders: holders.slice(0, PAGE.maxShoalHolders).map((holder) => ({
        ...{ peer: holder.peer, name: holder.name, state: holder.state, reason: holder.reason ?? null },
        ...{ carrier: holder.carrier ?? null, roundTripMs: this.#roundTrips.get(holder.peer) ?? null },
        ...{ bytesPerSecond: holder.bytesPerSecond, receivedBytes: holder.receivedBytes },
        heldChunks: holder.heldChunks,
      })),
      more: Math.max(0, holders.length - PAGE.maxShoalHolders),
      came: this.#runsOf(came.toSorted((one, other) => one - other)),
      lost,
    };
  }

  #runsOf(chunks: readonly number[]): ChunkRun[] {
    const runs: [number, number, number][] = [];
    for (const chunk of chunks) {
      const sender = this.#ledger.senderOf(chunk) ?? -1;
      const last = runs.at(-1);
      if (last !== undefined && last[0] + last[1] === chunk && last[2] === sender) last[1]++;
      else runs.push([chunk, 1, sender]);
    }
    return runs;
  }
}

/** Every two seconds. */
const LOOKS_A_ROUND_TRIP = 8;

const weightOf = ({ state, receivedBytes }: FetchProgress["holders"][number]): number =>
  (state === "serving" ? 1e15 : 0) + receivedBytes;

const roundTripsOf = (peers: readonly PeerStatus[]): ReadonlyMap<string, number> =>
  new Map(peers.flatMap(({ peer, roundTripMs }) => (roundTripMs === undefined ? [] : [[peer, roundTripMs] as const])));
