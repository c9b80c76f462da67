import type { Link } from "../core/content/link.ts";
import type { Manifest } from "../core/content/manifest.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { Library } from "../store/library.ts";
import { FetchHolder } from "./fetch-holder.ts";
import { FetchMeter } from "./fetch-meter.ts";
import type { Holders } from "./holders.ts";
import type { FetchProgress, FetchResult, FetchTarget } from "./node-types.ts";
import type { SlotPool } from "./slot-pool.ts";
import { VideoFetch } from "./video-fetch.ts";
import { VideoOpener } from "./video-opener.ts";

/** A peer that said it holds a video. */
export interface Candidate {
  readonly peer: string;
  readonly addresses: readonly string[];
}

/** What fetches stand on. */
export interface FetchParts {
  readonly library: Library;
  readonly holders: Holders;
  readonly slots: SlotPool;
  /** Holders of a video, as the network tells of them; ends when the widest search has ended. */
  candidates(id: Uint8Array, link: Link | undefined, signal: AbortSignal): AsyncGenerator<Candidate>;
  /** What a peer calls itself; empty when that is not known. */
  nameOf(peer: string): string;
  /** A peer sent what no honest one sends: it is not to be had to do with any more. */
  distrust(peer: string, reason: string): void;
  isDistrusted(peer: string): boolean;
  /** For choosing among equals. */
  seed(): number;
}

/** One fetch of one video, from the first question to the last chunk. */
export class FetchRun {
  readonly id: Uint8Array;
  readonly done: Promise<FetchResult>;
  readonly #parts: FetchParts;
  readonly #target: FetchTarget;
  readonly #abort = new AbortController();
  readonly #holders = new Map<string, FetchHolder>();
  readonly #meter = new FetchMeter();
  readonly #ended = Promise.withResolvers<FetchResult["outcome"]>();
  #store: ChunkStore | undefined;
  #fetch: VideoFetch | undefined;
  #manifest: Manifest | undefined;
  readonly #opener: VideoOpener;
  #title = "";
  #isOver = false;
  #isSearching = false;
  #dials = 0;
  /** When somebody last told of a holder, or bytes last came. */
  #hopeAtMs = monotonicMs();
  #timer: NodeJS.Timeout | undefined;
  #watching: NodeJS.Timeout | undefined;
  #watchedBytes = 0;
  #quietSinceMs = monotonicMs();
  #waitMs: number = NETWORK.searchAgainMs;

  constructor(parts: FetchParts, target: FetchTarget) {
    this.id = target.id;
    this.#parts = parts;
    this.#target = target;
    this.#title = target.link?.name ?? target.holders?.[0]?.title ?? "";
    this.#opener = new VideoOpener(target.id, parts.library, {
      opened: (store) => this.#begin(store),
      lied: (holder, reason) => this.#lied(holder, reason),
      failed: (error) => this.#ended.reject(error),
    });
    this.done = this.#run();
  }

  /** Stops it; what came is kept. */
  stop(): void {
    this.#ended.resolve("stopped");
  }

  progress(): FetchProgress {
    const geometry = this.#store?.manifest.geometry;
    return this.#meter.progress({
      id: this.id,
      title: this.#title,
      phase: this.#phase(),
      bytes: geometry?.bytes ?? this.#target.link?.bytes ?? this.#target.holders?.[0]?.bytes ?? 0,
      geometry,
      store: this.#store,
      fetch: this.#fetch,
      holders: [...this.#holders.values()],
    });
  }

  async #run(): Promise<FetchResult> {
    try {
      await this.#resume();
      if (this.#store !== undefined && this.#isWhole(this.#store)) this.#ended.resolve("complete");
      else this.#search();
      this.#watching = setInterval(() => this.#watch(), WATCH_MS).unref();
      const outcome = await this.#ended.promise;
      return { outcome, missing: this.#missing(), progress: { ...this.progress(), phase: "ended" } };
    } finally {
      await this.#end();
    }
  }

  /** Goes on with what is here of the video already. */
  async #resume(): Promise<void> {
    const row = await this.#parts.library.get(this.id);
    if (row === undefined) return;
    this.#title = row.title;
    if (row.source !== undefined && row.state !== "complete")
      throw new CardumeError(
        "video-in-place",
        `"${row.title}" is kept in place, in a file that is not as it was: add it again, or remove it from the library first`,
      );
    this.#begin(await this.#parts.library.open(this.id));
  }

  #begin(store: ChunkStore): void {
    if (this.#isOver) {
      void store.close();
      return;
    }
    this.#store = store;
    this.#manifest = store.manifest;
    this.#title = store.manifest.claims[0]?.claims.title ?? this.#title;
    if (this.#isWhole(store)) return;
    this.#fetch = new VideoFetch(store, this.#parts.slots, this.#parts.seed(), {
      complete: () => this.#ended.resolve("complete"),
      dropped: (holder, reason) => this.#dropped(holder, reason),
      failed: (error) => this.#ended.reject(error),
    });
    for (const holder of this.#holders.values()) if (holder.state === "serving") this.#attach(holder);
  }

  #isWhole = (store: ChunkStore): boolean => store.held.count === store.manifest.geometry.chunks;

  /** Asks the network who holds it, and tries all who do. */
  #search(): void {
    if (this.#isOver || this.#isSearching) return;
    this.#isSearching = true;
    this.#dials = 0;
    void this.#candidates()
      .catch((error: unknown) => this.#ended.reject(error))
      .finally(() => {
        this.#isSearching = false;
        this.#look();
      });
  }

  async #candidates(): Promise<void> {
    for (const { holder, addresses } of this.#target.holders ?? []) this.#try({ peer: holder, addresses });
    const { signal } = this.#abort;
    try {
      for await (const candidate of this.#parts.candidates(this.id, this.#target.link, signal)) {
        this.#hopeAtMs = monotonicMs();
        this.#try(candidate);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #try({ peer, addresses }: Candidate): void {
    const known = this.#holders.get(peer);
    if (this.#isOver || known?.isAlive === true || known?.state === "dropped" || this.#parts.isDistrusted(peer)) return;
    const alive = [...this.#holders.values()].filter(({ isAlive }) => isAlive).length;
    if (this.#dials >= NETWORK.maxDialsPerSearch || alive >= NETWORK.maxHoldersPerFetch) return;
    this.#dials++;
    const name = this.#parts.nameOf(peer);
    const before = (known?.bytesBefore ?? 0) + (this.#fetch?.receivedOf(known?.number ?? -1) ?? 0);
    const holder = new FetchHolder({ peer, name, bytesBefore: before }, ++this.#numbers, this.#parts.holders, {
      told: (one, info) => this.#told(one, info),
      ended: (one) => this.#left(one),
    });
    this.#holders.set(peer, holder);
    void holder.connect(this.id, addresses);
  }

  #numbers = 0;

  #told(holder: FetchHolder, info: FetchHolder["infos"][number]): void {
    this.#hopeAtMs = monotonicMs();
    if (holder.infos.length === 1) {
      if (this.#fetch !== undefined) this.#attach(holder);
      else this.#opener.add(holder);
    } else this.#holds(holder, info);
  }

  #attach(holder: FetchHolder): void {
    if (holder.stream === undefined) return;
    this.#fetch?.addHolder(holder.number, holder.stream, holder.video, holder.roundTripMs);
    for (const info of holder.infos) this.#holds(holder, info);
  }

  #holds(holder: FetchHolder, { bytes, firstChunk, bitmap }: FetchHolder["infos"][number]): void {
    // Its size is proven here by now: who says another is wrong about all of it.
    if (bytes !== this.#manifest?.geometry.bytes) holder.end("dropped", "it says the video has another size");
    else this.#fetch?.tell({ type: "holds", holder: holder.number, firstChunk, bitmap });
  }

  #lied(holder: FetchHolder, reason: string): void {
    this.#parts.distrust(holder.peer, reason);
    holder.end("dropped", reason);
  }

  #dropped(number: number, reason: string): void {
    const holder = [...this.#holders.values()].find((one) => one.number === number);
    if (holder === undefined) return;
    if (reason === "wrong-bytes") this.#parts.distrust(holder.peer, "it sent wrong bytes");
    holder.end(reason === "silent" ? "gone" : "dropped", DROP_WORDS[reason] ?? reason);
  }

  #left(holder: FetchHolder): void {
    this.#fetch?.tell({ type: "gone", holder: holder.number });
    this.#look();
  }

  /** Looks whether anybody is left who can go on, and searches again or gives up when not. */
  #look(): void {
    clearTimeout(this.#timer);
    if (this.#isOver || this.#isSearching) return;
    const nowMs = monotonicMs();
    const holders = [...this.#holders.values()];
    if (holders.some(({ state }) => state === "connecting")) return;
    if (this.#isProgressing()) this.#hopeAtMs = nowMs;
    // Nobody has ever been found, or could be reached: the widest search is answer enough.
    if (this.#store === undefined && !holders.some(({ isAlive }) => isAlive)) {
      this.#ended.resolve(holders.length === 0 ? "not-found" : "unreachable");
      return;
    }
    if (nowMs - this.#hopeAtMs >= NETWORK.fetchPatienceMs) {
      this.#ended.resolve(holders.length === 0 && this.#received() === 0 ? "not-found" : "missing");
      return;
    }
    const waitMs = this.#isProgressing() ? this.#waitMs : NETWORK.searchAgainMs;
    this.#waitMs = Math.min(2 * waitMs, NETWORK.maxSearchAgainMs);
    this.#timer = setTimeout(() => this.#search(), waitMs);
  }

  #lastBytes = 0;

  #received = (): number => this.#fetch?.receivedBytes ?? 0;

  /** Whether something has come since this was last asked. */
  #isProgressing(): boolean {
    const bytes = this.#received();
    const isMore = bytes > this.#lastBytes;
    this.#lastBytes = bytes;
    return isMore;
  }

  /**
   * Ends the streams of holders when nothing has come from any of them for long: a machine that lost its power, or a
   * router that forgot a connection, says nothing. They are looked for and dialled anew.
   */
  #watch(): void {
    const nowMs = monotonicMs();
    const bytes = this.#fetch?.core.counters.receivedBytes ?? 0;
    const isWaiting = this.#fetch !== undefined && this.#fetch.core.requestsUnderWay > 0;
    if (bytes !== this.#watchedBytes || !isWaiting) {
      this.#watchedBytes = bytes;
      this.#quietSinceMs = nowMs;
    } else if (nowMs - this.#quietSinceMs >= NETWORK.silentFetchMs) {
      this.#quietSinceMs = nowMs;
      for (const { peer, state } of this.#holders.values())
        if (state === "serving") void this.#parts.holders.drop(peer, "nothing came from it any more");
    }
  }

  #phase(): FetchProgress["phase"] {
    if (this.#isOver) return "ended";
    if (this.#fetch !== undefined && this.#fetch.receivedBytes > 0) return "fetching";
    return this.#holders.size === 0 ? "finding" : "connecting";
  }

  #missing(): number[] {
    const store = this.#store;
    if (store === undefined) return [];
    const { chunks } = store.manifest.geometry;
    return Array.from({ length: chunks }, (_, chunk) => chunk).filter((chunk) => !store.held.has(chunk));
  }

  async #end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watching);
    this.#abort.abort();
    this.#opener.stop();
    this.#fetch?.stop();
    for (const holder of this.#holders.values()) holder.end("gone", "the fetch has ended");
    await this.#store?.close();
  }
}

/** How often it is looked whether anything comes. */
const WATCH_MS = 1000;

const DROP_WORDS: Readonly<Record<string, string>> = {
  "wrong-bytes": "it sent wrong bytes",
  silent: "it stayed silent",
  lied: "it does not have what it said it has",
};
