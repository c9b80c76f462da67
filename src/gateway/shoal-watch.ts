import { PAGE } from "../core/limits.ts";
import type { SentChunks } from "../node/chunk-senders.ts";
import type { CardumeNode, FetchProgress } from "../node/node-types.ts";
import type { ChunkStore } from "../store/chunk-store.ts";

/** Chunks in a row with one sender: [first, count, sender]. -1: it was here; else a place in the list of peers. */
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
  /** Their own words, in the same order. */
  readonly names: readonly string[];
  readonly holders: readonly ShoalHolder[];
  /** Holders that are not in the list. */
  readonly more: number;
  /** Chunks that came since the last look, and who sent them. */
  readonly came: readonly ChunkRun[];
  /** Chunks that are not held any more. */
  readonly lost: readonly number[];
}

/** What it looks at. */
type WatchedNode = Pick<CardumeNode, "fetches" | "senders">;

/**
 * One video, while somebody looks at its chunks: looks at the fetch four times a second, whoever looks on, and is told by
 * the store of each chunk.
 */
export class ShoalWatch {
  readonly #node: WatchedNode;
  readonly #store: ChunkStore;
  readonly #listeners = new Set<(news: ShoalNews) => void>();
  readonly #stopListening: () => void;
  #came: number[] = [];
  #lost: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sent: SentChunks | undefined;

  constructor(node: WatchedNode, store: ChunkStore) {
    this.#node = node;
    this.#store = store;
    this.#stopListening = store.onHeld((chunk, isHeld) => (isHeld ? this.#came : this.#lost).push(chunk));
    this.#sent = node.senders(store.manifest.id);
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
    return this.#runsOf(this.#allHeld());
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
    const sent = this.#node.senders(this.#store.manifest.id) ?? this.#sent;
    // The node forgot, and learnt anew: places are others now, so that all chunks are told again.
    if (this.#sent !== undefined && sent !== this.#sent) this.#came = this.#allHeld();
    this.#sent = sent;
    const [came, lost] = [this.#came, this.#lost];
    [this.#came, this.#lost] = [[], []];
    const { held } = this.#store;
    const isHeld = (chunk: number): boolean => held.has(chunk);
    const news = this.#news(
      progress,
      came.filter(isHeld),
      lost.filter((chunk) => !isHeld(chunk)),
    );
    for (const onNews of this.#listeners) onNews(news);
  }

  #allHeld(): number[] {
    const held: number[] = [];
    for (let chunk = 0; chunk < this.chunks; chunk++) if (this.#store.held.has(chunk)) held.push(chunk);
    return held;
  }

  #news(progress: FetchProgress | undefined, came: readonly number[], lost: readonly number[]): ShoalNews {
    const senders = (this.#sent?.peers ?? []).slice(0, PAGE.maxShoalSenders);
    const holders = (progress?.holders ?? []).toSorted((one, other) => weightOf(other) - weightOf(one));
    return {
      phase: progress?.phase ?? "idle",
      held: this.#store.held.count,
      bytesPerSecond: progress?.bytesPerSecond ?? 0,
      peers: senders.map(({ peer }) => peer),
      names: senders.map(({ name }) => name),
      holders: holders.slice(0, PAGE.maxShoalHolders).map((holder) => ({
        ...{ peer: holder.peer, name: holder.name, state: holder.state, reason: holder.reason ?? null },
        ...{ carrier: holder.carrier ?? null, roundTripMs: holder.roundTripMs ?? null },
        ...{ bytesPerSecond: holder.bytesPerSecond, receivedBytes: holder.receivedBytes },
        heldChunks: holder.heldChunks,
      })),
      more: Math.max(0, holders.length - PAGE.maxShoalHolders),
      came: this.#runsOf(came.toSorted((one, other) => one - other)),
      lost,
    };
  }

  /** Those beyond the list are as good as unknown. */
  #senderOf(chunk: number): number {
    const sender = this.#sent?.senderOf(chunk);
    return sender === undefined || sender >= PAGE.maxShoalSenders ? -1 : sender;
  }

  #runsOf(chunks: readonly number[]): ChunkRun[] {
    const runs: [number, number, number][] = [];
    for (const chunk of chunks) {
      const sender = this.#senderOf(chunk);
      const last = runs.at(-1);
      if (last !== undefined && last[0] + last[1] === chunk && last[2] === sender) last[1]++;
      else runs.push([chunk, 1, sender]);
    }
    return runs;
  }
}

const weightOf = ({ state, receivedBytes }: FetchProgress["holders"][number]): number =>
  (state === "serving" ? 1e15 : 0) + receivedBytes;
