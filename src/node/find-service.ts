import { randomBytes, randomInt } from "node:crypto";
import { FindCore } from "../core/find/find-core.ts";
import type { FindCounters } from "../core/find/find-options.ts";
import type { FindEffect, FindInput, SearchEnd } from "../core/find/find-types.ts";
import { nearnessOf } from "../core/neighbours/address-class.ts";
import { type HeldVideo, QUERY_ID_BYTES, type Wanted } from "../core/wire/stream/find-message.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { CoreShell } from "./core-shell.ts";
import type { Engine } from "./engine-types.ts";
import type { FindLinks } from "./find-links.ts";
import { FindSearch, type FoundHolder } from "./find-search.ts";
import { LookUps } from "./look-ups.ts";
import { OwnRecord } from "./peer-record.ts";

/** What a {@link FindService} works with. */
export interface FindServiceOptions {
  readonly engine: Engine;
  readonly links: FindLinks;
  /** What the library holds of it, at most `NETWORK.maxVideosPerAnswer` videos of which at least one chunk is held. */
  readonly lookUp: (wanted: Wanted) => Promise<readonly HeldVideo[]>;
  /** Counts what was refused, by its cause. */
  readonly count: (cause: string) => void;
  /** Told of every holder that a search finds. */
  readonly found?: (holder: FoundHolder) => void;
}

/** How to search. */
export interface SearchOptions {
  /** Holders that are enough. */
  readonly enough: number;
  readonly signal?: AbortSignal;
  /** Told why it ended, once. */
  readonly ended?: (reason: SearchEnd) => void;
}

/**
 * Finding: answers neighbours from the library, sends their questions on, and asks them. A neighbour takes part from
 * {@link joined}, which whoever accepts neighbours calls.
 */
export class FindService {
  readonly #options: FindServiceOptions;
  readonly #core: FindCore;
  readonly #shell: CoreShell<FindInput, FindEffect>;
  readonly #joined = new Set<string>();
  readonly #searches = new Map<string, FindSearch>();
  readonly #record: OwnRecord;
  readonly #lookUps: LookUps;

  constructor(options: FindServiceOptions) {
    const { engine, links, lookUp, count } = options;
    this.#options = options;
    this.#core = new FindCore({ random }, monotonicMs());
    this.#shell = new CoreShell(this.#core, (effect) => this.#perform(effect));
    this.#record = new OwnRecord(engine.privateKey, () => engine.addresses());
    this.#lookUps = new LookUps(lookUp, count);
    links.listen({
      message: (peer, message) => {
        if (message.type !== "peers" && this.#joined.has(peer))
          this.#shell.tell({ type: "frame", from: peer, message });
      },
      closed: (peer) => this.left(peer),
    });
  }

  /** A neighbour with a link takes part from now on. */
  joined(peer: string): void {
    if (this.#joined.has(peer)) return;
    this.#joined.add(peer);
    this.#shell.tell({ type: "joined", peer });
  }

  /** A neighbour takes part no more. */
  left(peer: string): void {
    if (this.#joined.delete(peer)) this.#shell.tell({ type: "left", peer });
  }

  /** What was done and refused so far. */
  get counters(): Readonly<FindCounters> {
    return this.#core.counters;
  }

  /** What is under way. */
  get load(): FindCore["load"] {
    return this.#core.load;
  }

  /** This node's own signed record. */
  record(): Promise<Uint8Array> {
    return this.#record.bytes();
  }

  /**
   * Asks the network. Each holder comes with videos that it has not named before in this search, and with the addresses
   * that it signed; this node itself is no answer. Ends when there are enough holders, or nothing more comes.
   */
  async *search(wanted: Wanted, { enough, signal, ended }: SearchOptions): AsyncGenerator<FoundHolder> {
    const { engine, links, count } = this.#options;
    const queryId = randomBytes(QUERY_ID_BYTES);
    const search = new FindSearch({
      wanted,
      self: engine.peerId,
      nearness: (neighbour) => nearnessOf(links.link(neighbour)?.address ?? ""),
      count,
      isHolder: (holder) => this.#shell.tell({ type: "holder", queryId, holder }),
      checked: () => this.#shell.tell({ type: "checked", queryId }),
    });
    const stop = (): void => this.#shell.tell({ type: "stop-search", queryId });
    this.#searches.set(keyOf(queryId), search);
    try {
      if (signal?.aborted === true || this.#shell.isStopped) return;
      signal?.addEventListener("abort", stop);
      this.#shell.tell({ type: "search", queryId, wanted, enoughHolders: enough });
      for await (const holder of search.holders()) {
        this.#options.found?.(holder);
        yield holder;
      }
      ended?.(search.reason);
    } finally {
      signal?.removeEventListener("abort", stop);
      stop();
      this.#searches.delete(keyOf(queryId));
    }
  }

  /** Ends all searches; nothing is answered any more. */
  stop(): void {
    for (const search of this.#searches.values()) search.end("stopped");
    this.#shell.stop();
    this.#lookUps.stop();
  }

  #perform(effect: FindEffect): void {
    switch (effect.type) {
      case "send":
        this.#options.links.send(effect.to, effect.message);
        return;
      case "look-up":
        this.#lookUp(effect.queryId, effect.wanted);
        return;
      case "found":
        this.#searches.get(keyOf(effect.queryId))?.answer(effect);
        return;
      case "search-ended":
        this.#searches.get(keyOf(effect.queryId))?.end(effect.reason);
        return;
      case "drop":
        // No room is nobody's fault.
        if (effect.reason === "full") this.#options.links.close(effect.peer);
        else this.#options.links.fault(effect.peer, effect.reason);
        return;
    }
  }

  #lookUp(queryId: Uint8Array, wanted: Wanted): void {
    this.#lookUps.ask(wanted, async (videos) => {
      const record = videos.length === 0 ? new Uint8Array() : await this.#record.bytes();
      this.#shell.tell({ type: "looked-up", queryId, record, videos });
    });
  }
}

/** Not to be guessed. */
const random = (): number => randomInt(2 ** 47) / 2 ** 47;

const keyOf = (queryId: Uint8Array): string => Buffer.from(queryId).toString("latin1");

export type { FoundHolder } from "./find-search.ts";
