import { CardumeError } from "../../../src/core/errors.ts";
import type { SentChunks } from "../../../src/node/chunk-senders.ts";
import type {
  CardumeNode,
  FetchProgress,
  FetchResult,
  FetchTarget,
  FindOptions,
  FoundVideo,
  NodeStatus,
  PeerStatus,
  RunningFetch,
} from "../../../src/node/node-types.ts";
import type { Viewing } from "../../../src/node/watch-types.ts";
import type { Library } from "../../../src/store/library.ts";

/** A node over a real library whose network is a script: what others would answer is what a test says. */
export class ScriptedNode implements CardumeNode {
  readonly library: Library;
  readonly peerId = "12D3KooWScripted";
  /** What others answer to any question; each one may have to be waited for. */
  answers: (FoundVideo | Promise<FoundVideo>)[] = [];
  peers: PeerStatus[] = [];
  /** What was asked, joined and fetched, in order. */
  readonly asked: string[] = [];
  readonly targets: FetchTarget[] = [];
  readonly running: ScriptedFetch[] = [];
  isFindStopped = false;
  /** What a fetch does when it begins. */
  onFetch: (fetch: ScriptedFetch) => void = () => {};

  constructor(library: Library) {
    this.library = library;
  }

  addresses(): string[] {
    return [`/ip4/127.0.0.1/tcp/4470/p2p/${this.peerId}`];
  }

  status(): NodeStatus {
    return {
      ...{ peerId: this.peerId, name: "sala", addresses: this.addresses(), startedAtMs: 1_700_000_000_000 },
      ...{
        peers: this.peers,
        known: 7,
        uploadedBytes: 1_500_000,
        downloadedBytes: 12,
        eventLoopDelayP99Ms: 3,
        counters: { "wrong-bytes": 2 },
      },
    };
  }

  async *find(wanted: Uint8Array | string, { signal, enough }: FindOptions = {}): AsyncGenerator<FoundVideo> {
    this.asked.push(`find ${typeof wanted === "string" ? wanted : "an id"}${enough === undefined ? "" : ` ${enough}`}`);
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    signal?.addEventListener("abort", () => resolve(undefined), { once: true });
    try {
      for (const answer of this.answers) {
        const found = await Promise.race([answer, stopped]);
        if (found === undefined) return;
        yield found;
      }
    } finally {
      this.isFindStopped = signal?.aborted === true;
    }
  }

  standBy(): void {}

  watch(): Promise<Viewing> {
    return Promise.reject(new CardumeError("video-unknown", "no script has a video to watch", { exitCode: 3 }));
  }

  fetch(target: FetchTarget): RunningFetch {
    this.targets.push(target);
    const fetch = new ScriptedFetch(target.id);
    this.running.push(fetch);
    this.onFetch(fetch);
    return fetch;
  }

  /** By id in hex. */
  readonly sent: Map<string, SentChunks> = new Map();
  readonly known: Map<string, readonly string[]> = new Map();

  senders(id: Uint8Array): SentChunks | undefined {
    return this.sent.get(Buffer.from(id).toString("hex"));
  }

  knownHolders(id: Uint8Array): readonly string[] {
    return this.known.get(Buffer.from(id).toString("hex")) ?? [];
  }

  fetches(): FetchProgress[] {
    return this.running.map((one) => one.progress());
  }

  join(address: string): Promise<void> {
    this.asked.push(`join ${address}`);
    if (!address.includes("203.0.113.")) return Promise.resolve();
    return Promise.reject(new CardumeError("peer-unreachable", `${address} cannot be reached`, { exitCode: 4 }));
  }

  announce(): Promise<number> {
    return Promise.reject(new CardumeError("dht-off", "this node runs without --dht"));
  }

  remove(id: Uint8Array, options?: { readonly files?: boolean }): Promise<boolean> {
    return this.library.remove(id, options);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A fetch whose progress and end a test decides. */
export class ScriptedFetch implements RunningFetch {
  readonly id: Uint8Array;
  readonly done: Promise<FetchResult>;
  stops = 0;
  now: Omit<FetchProgress, "id"> = {
    ...{ title: "film", phase: "finding", wantsAll: true, bytes: 0, heldBytes: 0, chunks: 0, heldChunks: 0 },
    ...{ receivedBytes: 0, writtenBytes: 0, wastedBytes: 0, bytesPerSecond: 0, leftMs: undefined, holders: [] },
  };
  readonly #end: (result: FetchResult) => void;
  readonly #fail: (error: Error) => void;

  constructor(id: Uint8Array) {
    this.id = id;
    const { promise, resolve, reject } = Promise.withResolvers<FetchResult>();
    this.done = promise;
    this.done.catch(() => {});
    this.#end = resolve;
    this.#fail = reject;
  }

  progress(): FetchProgress {
    return { id: this.id, ...this.now };
  }

  end(outcome: FetchResult["outcome"], missing: readonly number[] = []): void {
    this.now = { ...this.now, phase: "ended" };
    this.#end({ outcome, missing, progress: this.progress() });
  }

  fail(error: Error): void {
    this.#fail(error);
  }

  stop(): void {
    this.stops++;
    this.end("stopped");
  }
}

/** One holder's word. */
export const foundVideo = (id: Uint8Array, more: Partial<FoundVideo> = {}): FoundVideo => ({
  ...{ id, bytes: 3_000_000, title: "Férias", heldChunks: 3, holder: "12D3KooWHolder" },
  addresses: ["/ip4/127.0.0.1/tcp/4471/p2p/12D3KooWHolder"],
  ...more,
});

/** A connected peer. */
export const connectedPeer = (more: Partial<PeerStatus> = {}): PeerStatus => ({
  ...{ peer: "12D3KooWHolder", name: "quarto", address: "/ip4/127.0.0.1/tcp/4471", isNeighbour: true },
  ...{ direction: "outbound", via: "join", roundTripMs: undefined },
  ...more,
});
