import { randomInt } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Link } from "../core/content/link.ts";
import { NETWORK } from "../core/limits.ts";
import type { Wanted } from "../core/wire/stream/find-message.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { readVersion } from "../runtime/version.ts";
import type { Library } from "../store/library.ts";
import { parsePeerAddress } from "./addresses.ts";
import type { SentChunks } from "./chunk-senders.ts";
import type { DirectServer } from "./direct-server.ts";
import { startEngine } from "./engine.ts";
import type { Engine } from "./engine-types.ts";
import type { Candidate, CandidateQuery } from "./fetch-run.ts";
import { candidatesFrom, FetchService } from "./fetch-service.ts";
import { type FindLink, FindLinks } from "./find-links.ts";
import { FindService } from "./find-service.ts";
import { HolderCache } from "./holder-cache.ts";
import { Holders } from "./holders.ts";
import { lookUp } from "./library-look-up.ts";
import { merged } from "./merged.ts";
import { NeighboursService } from "./neighbours-service.ts";
import type {
  CardumeNode,
  FetchProgress,
  FetchTarget,
  FindOptions,
  FoundVideo,
  NodeEvent,
  NodeOptions,
  NodeStatus,
  RunningFetch,
} from "./node-types.ts";
import { openCarrier } from "./open-carrier.ts";
import { PeerBook } from "./peer-book.ts";
import { ProviderService } from "./provider-service.ts";
import { ServeService } from "./serve-service.ts";
import { SlotPool } from "./slot-pool.ts";
import { StandbyStreams } from "./standby-streams.ts";
import { takeClients } from "./take-clients.ts";
import { Turnstile } from "./turnstile.ts";
import { openViewing } from "./watch-service.ts";
import type { Viewing } from "./watch-types.ts";

/** What a node is made of. */
export interface NodeParts {
  /** Shared with the network, and closed by its owner after the node. */
  readonly library: Library;
  readonly options: NodeOptions;
  readonly onEvent?: (event: NodeEvent) => void;
}

/**
 * Starts a node.
 * @throws CardumeError `address-invalid` (exit code 2), `port-in-use`, `port-unavailable` and such (exit code 5)
 */
export async function startNode(parts: NodeParts): Promise<CardumeNode> {
  const counters = new Counters();
  const { library, options } = parts;
  const book = await PeerBook.open({
    folder: library.folder,
    wallClockMs: Date.now,
    notice: (text) => parts.onEvent?.({ type: "log", level: "warn", text }),
  });
  const engine = await startEngine({
    ...options,
    key: library.identity,
    version: readVersion(),
    isRefused: (peer) => book.isRefused(peer),
    count: counters.count,
  });
  const node = new RunningNode(parts, engine, book, counters);
  try {
    await node.start();
  } catch (error) {
    await node.close();
    throw error;
  }
  return node;
}

/** What was refused, dropped or retried, by its cause. */
class Counters {
  readonly all: Record<string, number> = {};

  /** Causes come from this program, but some have a peer's words in them: there are no more than these. */
  readonly count = (cause: string): void => {
    if (Object.hasOwn(this.all, cause)) this.all[cause] = (this.all[cause] ?? 0) + 1;
    else if (Object.keys(this.all).length < NETWORK.maxCounters) this.all[cause] = 1;
  };
}

const LOOP_RESOLUTION_MS = 20;

class RunningNode implements CardumeNode {
  readonly library: Library;
  readonly peerId: string;
  readonly #parts: NodeParts;
  readonly #engine: Engine;
  readonly #book: PeerBook;
  readonly #counters: Counters;
  readonly #links: FindLinks;
  readonly #find: FindService;
  readonly #neighbours: NeighboursService;
  readonly #serve: ServeService;
  readonly #holders: Holders;
  readonly #standby: StandbyStreams;
  readonly #fetches: FetchService;
  readonly #cache = new HolderCache();
  readonly #searching = new Turnstile(NETWORK.maxOwnSearches);
  readonly #providers: ProviderService;
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  readonly #startedAtMs = Date.now();
  readonly #firstNeighbourByMs = monotonicMs() + NETWORK.firstNeighbourMs;
  #direct: DirectServer | undefined;
  #announcing: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: NodeParts, engine: Engine, book: PeerBook, counters: Counters) {
    const { library, options } = parts;
    const { count } = counters;
    this.#parts = parts;
    this.library = library;
    this.peerId = engine.peerId;
    this.#engine = engine;
    this.#book = book;
    this.#counters = counters;
    this.#providers = new ProviderService(engine);
    this.#links = new FindLinks(engine, options.name);
    this.#find = new FindService({
      engine,
      links: this.#links,
      lookUp: (wanted) => lookUp(library, wanted),
      count,
      found: (holder) => this.#neighbours.found(holder),
    });
    const { links, find } = { links: this.#links, find: this.#find };
    this.#neighbours = new NeighboursService({ engine, links, find, book, count, ...options });
    this.#serve = new ServeService({ library, uploadBytesPerSecond: options.uploadBytesPerSecond, count });
    const opening = { engine, direct: options.directPort !== undefined, count };
    this.#holders = new Holders((peer, addresses, signal) => this.#open(opening, peer, addresses, signal));
    this.#standby = new StandbyStreams(this.#holders, this.#links);
    this.#fetches = new FetchService(
      {
        library,
        holders: this.#holders,
        slots: new SlotPool(),
        candidates: (query) => candidatesFrom(this.#sources, query),
        nameOf: (peer) => this.#links.link(peer)?.name ?? "",
        distrust: (peer, reason) => this.#distrust(peer, reason),
        isDistrusted: (peer) => book.isRefused(peer),
        seed: () => randomInt(2 ** 32),
      },
      (result) => this.#tell({ type: "fetch-ended", result }),
    );
  }

  async start(): Promise<void> {
    const { options } = this.#parts;
    this.#loopDelay.enable();
    const names = new Map<string, FindLink>();
    this.#links.listen({
      opened: (link) => {
        names.set(link.peer, link);
        this.#tell({ type: "neighbour", change: "came", ...link });
      },
      closed: (peer) => {
        const { name = "", address = "" } = names.get(peer) ?? {};
        names.delete(peer);
        this.#tell({ type: "neighbour", change: "went", peer, name, address });
      },
    });
    this.library.nameInLinks(() => bestAddresses(this.addresses()));
    this.#direct = await takeClients(this.#engine, this.#serve, options);
    await this.#links.start();
    this.#neighbours.start();
    if (this.#providers.isOn) this.#announcing = setInterval(() => this.#announceNew(), ANNOUNCE_MS).unref();
  }

  /** Who listens has troubles of its own. */
  #tell(event: NodeEvent): void {
    try {
      this.#parts.onEvent?.(event);
    } catch {
      this.#counters.count("listener-failed");
    }
  }

  /** What was announced before costs nothing. */
  #announceNew(): void {
    this.announce().catch((error: Error) =>
      this.#tell({ type: "log", level: "warn", text: `cannot announce: ${error.message}` }),
    );
  }

  addresses(): string[] {
    return this.#engine.addresses();
  }

  status(): NodeStatus {
    const delayMs = this.#loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS;
    return {
      peerId: this.peerId,
      name: this.#parts.options.name,
      addresses: this.addresses(),
      startedAtMs: this.#startedAtMs,
      peers: this.#neighbours.peers(),
      known: this.#neighbours.known,
      uploadedBytes: this.#serve.uploadedBytes,
      downloadedBytes: this.#fetches.downloadedBytes,
      eventLoopDelayP99Ms: Math.max(0, Number.isFinite(delayMs) ? delayMs : 0),
      counters: { ...this.#counters.all },
    };
  }

  async *find(wanted: Uint8Array | string, options: FindOptions = {}): AsyncGenerator<FoundVideo> {
    const question: Wanted =
      typeof wanted === "string" ? { kind: "words", words: wanted } : { kind: "video", id: wanted };
    for (const video of await lookUp(this.library, question)) yield { ...video, holder: this.peerId, addresses: [] };
    const enough = options.enough ?? (question.kind === "video" ? ENOUGH_HOLDERS : Infinity);
    yield* this.#searchFor(question, enough, options.signal);
  }

  fetch(target: FetchTarget): RunningFetch {
    return this.#fetches.fetch(target);
  }

  fetches(): FetchProgress[] {
    return this.#fetches.progress();
  }

  senders(id: Uint8Array): SentChunks | undefined {
    return this.#fetches.senders(id);
  }

  knownHolders(id: Uint8Array): readonly string[] {
    const underWay = this.#fetches.holders(id);
    return [...new Set([...this.#cache.holdersOf(id).map(({ peer }) => peer), ...underWay])];
  }

  watch(target: FetchTarget, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Viewing> {
    return openViewing({ library: this.library, fetches: this.#fetches }, target, signal);
  }

  standBy(): void {
    this.#standby.start();
  }

  async join(address: string): Promise<void> {
    await this.#neighbours.join(address);
  }

  async announce({ signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    const held = (await this.library.list()).filter((video) => video.held > 0);
    return this.#providers.announce(
      held.map(({ id }) => id),
      signal,
    );
  }

  async remove(id: Uint8Array, options: { readonly files?: boolean } = {}): Promise<boolean> {
    await this.#fetches.stop(id);
    await this.#providers.withdraw(id);
    const letIn = await this.#serve.forget(id);
    try {
      return await this.library.remove(id, options);
    } finally {
      letIn();
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#loopDelay.disable();
    this.library.nameInLinks(() => []);
    clearInterval(this.#announcing);
    this.#standby.stop();
    await this.#fetches.close();
    this.#neighbours.stop();
    this.#find.stop();
    await this.#links.stop().catch(() => {});
    await this.#holders.close();
    await this.#serve.close();
    await this.#direct?.close();
    await this.#engine.close();
    await this.#book.close();
  }

  readonly #sources = {
    known: (id: Uint8Array): Candidate[] => this.#cache.holdersOf(id),
    fromLink: (link: Link): Promise<readonly Candidate[]> => this.#joinAll(link),
    search: (query: CandidateQuery): AsyncGenerator<Candidate> => this.#holdersOf(query),
  };

  #holdersOf(query: CandidateQuery): AsyncGenerator<Candidate> {
    const found = this.#foundHolders(query);
    return this.#providers.isOn ? merged<Candidate>([found, this.#providers.providers(query.id, query.signal)]) : found;
  }

  async *#foundHolders({ id, all, signal }: CandidateQuery): AsyncGenerator<Candidate> {
    const enough = all ? Infinity : ENOUGH_HOLDERS;
    for await (const { holder, addresses } of this.#searchFor({ kind: "video", id }, enough, signal))
      yield { peer: holder, addresses };
  }

  async *#searchFor(wanted: Wanted, enough: number, signal: AbortSignal | undefined): AsyncGenerator<FoundVideo> {
    await this.#firstNeighbour(signal);
    const leave = await this.#searching.enter();
    try {
      yield* this.#asked(wanted, enough, signal);
    } finally {
      leave();
    }
  }

  async *#asked(wanted: Wanted, enough: number, signal: AbortSignal | undefined): AsyncGenerator<FoundVideo> {
    const options = signal === undefined ? { enough } : { enough, signal };
    for await (const { record, videos } of this.#find.search(wanted, options)) {
      const { peer, addresses } = record;
      for (const { id, bytes, title, heldChunks } of videos) {
        this.#cache.note(id, { peer, addresses });
        yield { id, bytes, title, heldChunks, holder: peer, addresses };
      }
    }
  }

  /** A node that has just started is given a moment to meet somebody. */
  async #firstNeighbour(signal: AbortSignal | undefined): Promise<void> {
    const isEarly = (): boolean => monotonicMs() < this.#firstNeighbourByMs;
    while (this.#links.links().length === 0 && isEarly() && signal?.aborted !== true)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Connects to the peers that a link names. Resolves when one answers, or none does. */
  async #joinAll({ peers }: Link): Promise<readonly Candidate[]> {
    const joined = peers.map(async (text): Promise<Candidate> => {
      const { peer } = await this.#neighbours.join(text);
      return { peer, addresses: [parsePeerAddress(text).address] };
    });
    const first = await Promise.any(joined).catch(() => undefined);
    return first === undefined ? [] : [first];
  }

  async #open(
    opening: Parameters<typeof openCarrier>[0],
    peer: string,
    addresses: readonly string[],
    signal: AbortSignal,
  ): ReturnType<typeof openCarrier> {
    try {
      return await openCarrier(opening, peer, addresses, signal);
    } catch (error) {
      this.#cache.forget(peer);
      throw error;
    }
  }

  #distrust(peer: string, reason: string): void {
    this.#cache.forget(peer);
    this.#neighbours.lied(peer, reason);
    void this.#holders.drop(peer, reason);
    this.#serve.drop(peer, reason);
  }
}

/** Addresses in a link: each makes it a hundred characters longer. */
const LINK_ADDRESSES = 2;

/** The addresses that most others can use: this machine's own only where there are no others. */
function bestAddresses(addresses: readonly string[]): string[] {
  const isLocal = (address: string): boolean => /^\/ip4\/127\.|^\/ip6\/(::1|fe80:)/.test(address);
  const others = addresses.filter((address) => !isLocal(address));
  return (others.length > 0 ? others : addresses).slice(0, LINK_ADDRESSES);
}

/** Videos that were added since are announced this often; the table itself repeats what it was told. */
const ANNOUNCE_MS = 600_000;

/** Holders of one video that are enough to begin with. */
const ENOUGH_HOLDERS = 4;
