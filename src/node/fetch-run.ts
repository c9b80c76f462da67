import type { Link } from "../core/content/link.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import type { FetchChunkInfo } from "../core/wire/stream/fetch-message.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { Library } from "../store/library.ts";
import type { ChunkSenders } from "./chunk-senders.ts";
import { FetchHolder } from "./fetch-holder.ts";
import { FetchHope, type FetchOutlook } from "./fetch-hope.ts";
import { FetchMeter } from "./fetch-meter.ts";
import { FetchReaders } from "./fetch-readers.ts";
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

/** How to look for candidates. */
export interface CandidateQuery {
  readonly id: Uint8Array;
  readonly link: Link | undefined;
  /** Whether to look for all there are: those that were found first did not do. */
  readonly all: boolean;
  readonly signal: AbortSignal;
}

/** What fetches stand on. */
export interface FetchParts {
  readonly library: Library;
  readonly holders: Holders;
  readonly slots: SlotPool;
  /** Holders of a video, as the network tells of them; ends when the widest search has ended. */
  candidates(query: CandidateQuery): AsyncGenerator<Candidate>;
  /** What a peer calls itself; empty when that is not known. */
  nameOf(peer: string): string;
  /** A peer sent what no honest one sends: it is not to be had to do with any more. */
  distrust(peer: string, reason: string): void;
  isDistrusted(peer: string): boolean;
  /** For choosing among equals. */
  seed(): number;
}

/** How one fetch is done. */
export interface FetchRunOptions {
  readonly memoryBytes: number;
  /** Whether all of it is wanted, or only what readers read. */
  readonly wantAll: boolean;
  /** Resolves when an earlier fetch of the same video has let go of it. */
  readonly after: Promise<unknown>;
  /** Where it is noted who sent each of so many chunks. */
  senders(chunks: number): ChunkSenders;
}

/** One fetch of one video, from the first question to the last chunk. */
export class FetchRun {
  readonly id: Uint8Array;
  readonly done: Promise<FetchResult>;
  readonly #parts: FetchParts;
  readonly #target: FetchTarget;
  readonly #options: FetchRunOptions;
  readonly #abort = new AbortController();
  /** By peer: the last part of each in this fetch. */
  readonly #holders = new Map<string, FetchHolder>();
  readonly #meter = new FetchMeter();
  readonly #hope = new FetchHope(monotonicMs());
  readonly #opener: VideoOpener;
  /** Those who read the video while it comes. */
  readonly readers: FetchReaders;
  /** Resolves when the video is proven and has its place, or all is over. */
  readonly opened: Promise<void>;
  readonly #isOpened = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<FetchResult["outcome"]>();
  #store: ChunkStore | undefined;
  #fetch: VideoFetch | undefined;
  #title: string;
  #numbers = 0;
  #searches = 0;
  #isSearching = false;
  #isOver = false;
  /** Somebody was named who is not trusted. */
  #sawDistrusted = false;
  #wasServed = false;
  #dials = 0;
  #timer: NodeJS.Timeout | undefined;
  #watching: NodeJS.Timeout | undefined;
  #watchedBytes = 0;
  #quietSinceMs = monotonicMs();

  constructor(parts: FetchParts, target: FetchTarget, options: FetchRunOptions) {
    this.id = target.id;
    this.#parts = parts;
    this.#target = target;
    this.#options = options;
    this.readers = new FetchReaders(options.wantAll);
    this.opened = this.#isOpened.promise;
    this.#title = target.link?.name ?? target.holders?.[0]?.title ?? "";
    this.#opener = new VideoOpener({ ...target, isRead: !options.wantAll }, parts.library, {
      opened: (store) => this.#begin(store),
      lied: (holder, reason) => this.#lied(holder, reason),
      failed: (error) => this.#ended.reject(error),
    });
    this.done = this.#run(options.after);
  }

  /** Peers that serve it at this moment. */
  get serving(): string[] {
    return [...this.#holders.values()].flatMap(({ peer, state }) => (state === "serving" ? [peer] : []));
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
      wantsAll: this.readers.wantAll,
      bytes: geometry?.bytes ?? this.#target.link?.bytes ?? this.#target.holders?.[0]?.bytes ?? 0,
      geometry,
      store: this.#store,
      fetch: this.#fetch,
      holders: this.#named(),
    });
  }

  async #run(after: Promise<unknown>): Promise<FetchResult> {
    try {
      await after;
      await this.#resume();
      this.#search();
      // While others are asked: it holds this thread up for a moment.
      this.#parts.library.prepare();
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
    this.#isOpened.resolve();
    const { geometry, claims } = store.manifest;
    this.#title = claims[0]?.claims.title ?? this.#title;
    if (store.held.count === geometry.chunks) {
      this.#ended.resolve("complete");
      return;
    }
    const senders = this.#options.senders(geometry.chunks);
    const { memoryBytes } = this.#options;
    const options = { seed: this.#parts.seed(), memoryBytes, wantAll: this.readers.wantAll, senders };
    this.#fetch = new VideoFetch(store, this.#parts.slots, options, {
      // Those who read something have it; all of it is another matter.
      complete: () => {
        if (store.held.count === geometry.chunks) this.#ended.resolve("complete");
      },
      came: () => this.readers.came(),
      dropped: (holder, reason) => this.#dropped(holder, reason),
      failed: (error) => this.#ended.reject(error),
    });
    this.readers.attach(this.#fetch);
    for (const holder of this.#holders.values()) if (holder.state === "serving") this.#attach(holder, this.#fetch);
  }

  /** Asks the network who holds it, and tries all who do. */
  #search(): void {
    clearTimeout(this.#timer);
    const isWhole = this.#store !== undefined && this.#fetch === undefined;
    if (this.#isOver || this.#isSearching || isWhole) return;
    this.#isSearching = true;
    this.#dials = 0;
    void this.#candidates()
      .catch((error: unknown) => this.#ended.reject(error))
      .finally(() => {
        this.#searches++;
        this.#isSearching = false;
        this.#look();
      });
  }

  async #candidates(): Promise<void> {
    for (const { holder, addresses } of this.#target.holders ?? []) this.#try({ peer: holder, addresses });
    // Beside the search: if one of them has it, the search's round trip is saved.
    const beside = this.#searches === 0 ? this.#parts.holders.open.slice(0, NETWORK.maxStandbyStreams) : [];
    for (const peer of beside) this.#try({ peer, addresses: [] }, true);
    const { signal } = this.#abort;
    const query = { id: this.id, link: this.#target.link, all: this.#searches > 0, signal };
    try {
      for await (const candidate of this.#parts.candidates(query)) this.#try(candidate);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** @param isGuess nobody has named it */
  #try({ peer, addresses }: Candidate, isGuess: boolean = false): void {
    const known = this.#holders.get(peer);
    if (known !== undefined && !isGuess) known.isGuess = false;
    if (this.#parts.isDistrusted(peer)) this.#sawDistrusted = true;
    else if (!this.#isOver && known?.isAlive !== true && known?.state !== "dropped" && this.#mayDial(known)) {
      if (!isGuess) this.#dials++;
      if (known === undefined && !isGuess) this.#hope.renewed(monotonicMs());
      const past = { peer, name: this.#parts.nameOf(peer), bytesBefore: known?.receivedBytes ?? 0, isGuess };
      const holder = new FetchHolder(past, ++this.#numbers, this.#parts.holders, {
        asked: (one) => {
          if (this.#store === undefined) this.#opener.asked(one);
        },
        told: (one, info) => this.#told(one, info),
        ended: (one) => this.#left(one),
      });
      this.#holders.set(peer, holder);
      void holder.connect(this.id, addresses);
    }
  }

  /** Those that could not be reached before leave room for those that were not tried yet. */
  #mayDial(known: FetchHolder | undefined): boolean {
    const alive = [...this.#holders.values()].filter(({ isAlive }) => isAlive).length;
    const most = known === undefined ? NETWORK.maxDialsPerSearch : NETWORK.maxDialsPerSearch / 2;
    return this.#dials < most && alive < NETWORK.maxHoldersPerFetch;
  }

  #told(holder: FetchHolder, info: FetchChunkInfo): void {
    this.#wasServed = true;
    if (this.#bringsNews(info)) this.#hope.renewed(monotonicMs());
    if (this.#fetch === undefined) this.#opener.heard(holder);
    else if (!holder.isAttached) this.#attach(holder, this.#fetch);
    else {
      const { firstChunk, bitmap } = info;
      this.#fetch.tell({ type: "holds", holder: holder.number, firstChunk, bitmap });
    }
    this.#look();
  }

  /** Whether it names a chunk that is missing here and that nobody has who is asked. */
  #bringsNews({ firstChunk, bitmap }: FetchChunkInfo): boolean {
    const { core } = this.#fetch ?? {};
    if (core === undefined || this.#store === undefined) return true;
    const { chunks } = this.#store.manifest.geometry;
    for (let bit = 0; bit < 8 * bitmap.length && firstChunk + bit < chunks; bit++) {
      const isNamed = (((bitmap[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
      if (isNamed && !core.isKept(firstChunk + bit) && !core.isHeldBySomebody(firstChunk + bit)) return true;
    }
    return false;
  }

  #attach(holder: FetchHolder, fetch: VideoFetch): void {
    if (holder.stream === undefined || holder.held === undefined) return;
    // Its size is proven here by now: who says another is wrong about all of it.
    if (holder.bytes !== fetch.store.manifest.geometry.bytes) {
      holder.end("dropped", "it says the video has another size");
      return;
    }
    holder.isAttached = true;
    fetch.addHolder(holder, holder.stream);
  }

  #lied(holder: FetchHolder, reason: string): void {
    this.#parts.distrust(holder.peer, reason);
    holder.end("dropped", reason);
  }

  #dropped(number: number, reason: string): void {
    const holder = [...this.#holders.values()].find((one) => one.number === number);
    if (holder === undefined) return;
    if (reason === "wrong-bytes") this.#parts.distrust(holder.peer, "it sent wrong bytes");
    holder.end(reason === "wrong-bytes" ? "dropped" : "gone", DROP_WORDS[reason] ?? reason);
  }

  #left(holder: FetchHolder): void {
    this.#fetch?.removeHolder(holder.number);
    if (holder.isGuess && holder.state !== "dropped") this.#holders.delete(holder.peer);
    else if (this.#wasServed) this.#hope.holderLeft();
    this.#look();
  }

  /** Looks whether anybody is left who can go on, and searches again or gives up when not. */
  #look(): void {
    if (this.#isOver || this.#isSearching) return;
    clearTimeout(this.#timer);
    const outlook = this.#outlook();
    if (this.#hope.isLost(outlook)) this.#ended.resolve(this.#failure());
    else {
      const waitMs = Math.min(this.#hope.nextSearchMs(), Math.max(0, this.#hope.leftMs(outlook)) + LATE_MS);
      this.#timer = setTimeout(() => this.#search(), waitMs);
    }
  }

  #outlook(): FetchOutlook {
    const holders = [...this.#holders.values()];
    const core = this.#fetch?.core;
    return {
      nowMs: monotonicMs(),
      wasServed: this.#wasServed || this.#store !== undefined,
      isConnecting: holders.some(({ state, isGuess }) => state === "connecting" && !isGuess),
      hasSource: core?.missing().some((chunk) => core.isHeldBySomebody(chunk)) === true,
    };
  }

  /** Why it ends without the video. */
  #failure(): FetchResult["outcome"] {
    const holders = [...this.#holders.values()];
    const wasReached = holders.some(({ held }) => held !== undefined);
    if (this.#store !== undefined && (wasReached || this.#store.held.count > 0)) return "missing";
    const isNamed = this.#sawDistrusted || holders.some(({ hasNothing, isGuess }) => !hasNothing && !isGuess);
    return isNamed ? "unreachable" : "not-found";
  }

  /**
   * Ends the streams of holders when nothing has come from any of them for long: a machine that lost its power, or a
   * router that forgot a connection, says nothing. They are looked for and dialled anew.
   */
  #watch(): void {
    const nowMs = monotonicMs();
    const { core } = this.#fetch ?? {};
    const bytes = core?.counters.receivedBytes ?? 0;
    const isWaiting = core !== undefined && core.requestsUnderWay > 0;
    if (bytes !== this.#watchedBytes || !isWaiting) {
      if (bytes !== this.#watchedBytes) this.#hope.renewed(nowMs);
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
    return this.#named().length === 0 ? "finding" : "connecting";
  }

  /** Those who are holders by somebody's word, their own at least. */
  #named(): FetchHolder[] {
    return [...this.#holders.values()].filter(({ isGuess }) => !isGuess);
  }

  #missing(): number[] {
    const store = this.#store;
    if (store === undefined) return [];
    const { chunks } = store.manifest.geometry;
    return Array.from({ length: chunks }, (_, chunk) => chunk).filter((chunk) => !store.held.has(chunk));
  }

  async #end(): Promise<void> {
    this.#isOver = true;
    this.#isOpened.resolve();
    this.readers.end();
    clearTimeout(this.#timer);
    clearInterval(this.#watching);
    this.#abort.abort();
    this.#fetch?.stop();
    for (const holder of this.#holders.values()) holder.end("gone", "the fetch has ended");
    await this.#opener.stop();
    await this.#store?.close();
  }
}

/** How often it is looked whether anything comes. */
const WATCH_MS = 1000;
/** A look that is due comes this much after the moment, so that the moment is over. */
const LATE_MS = 10;

const DROP_WORDS: Readonly<Record<string, string>> = {
  "wrong-bytes": "it sent wrong bytes",
  silent: "it stayed silent",
  lied: "it does not have what it said it has",
};
