import { NotFoundError } from "@libp2p/interface";
import type { Libp2pOptions } from "libp2p";
import { NETWORK } from "../core/limits.ts";

type Datastore = NonNullable<Libp2pOptions["datastore"]>;
type Key = Parameters<Datastore["put"]>[0];
type Pair = { key: Key; value: Uint8Array };
type Query = Parameters<Datastore["query"]>[0];
type KeyQuery = Parameters<Datastore["queryKeys"]>[0];

/** Of the hash table: `/dht/provider/<video>/<peer id>`. All else is the peer store's. */
const PROVIDER = /\/provider\/[^/]+\/([^/]+)$/;

/**
 * What libp2p keeps of others, in memory, and no more than a bound of it: who provides what for the hash table, with a
 * share for each provider, and what is known of peers. What was written longest ago goes first; this node's own stays.
 */
export class EngineStore implements Datastore {
  readonly #self: string;
  readonly #selfKey: string;
  /** By key in text, what was written last being last. */
  readonly #providers = new Map<string, Pair>();
  readonly #others = new Map<string, Pair>();
  /** By provider, how many of its records are kept. */
  readonly #shares = new Map<string, number>();

  /** @param self this node's peer id, and as a CID, under which the peer store has it */
  constructor(self: string, selfCid: string) {
    this.#self = self;
    this.#selfKey = `/peers/${selfCid}`;
  }

  put(key: Key, value: Uint8Array): Key {
    const text = key.toString();
    const provider = PROVIDER.exec(text)?.[1];
    if (provider === undefined) this.#putOther(text, { key, value });
    else this.#putProvider(text, provider, { key, value });
    return key;
  }

  get(key: Key): Uint8Array {
    const text = key.toString();
    const pair = this.#others.get(text) ?? this.#providers.get(text);
    if (pair === undefined) throw new NotFoundError();
    return pair.value;
  }

  has(key: Key): boolean {
    return this.#others.has(key.toString()) || this.#providers.has(key.toString());
  }

  delete(key: Key): void {
    const text = key.toString();
    this.#others.delete(text);
    this.#dropProvider(text);
  }

  async *putMany(source: Iterable<Pair> | AsyncIterable<Pair>): AsyncGenerator<Key> {
    for await (const { key, value } of source) yield this.put(key, value);
  }

  async *getMany(source: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Pair> {
    for await (const key of source) yield { key, value: this.get(key) };
  }

  async *deleteMany(source: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Key> {
    for await (const key of source) {
      this.delete(key);
      yield key;
    }
  }

  batch(): ReturnType<Datastore["batch"]> {
    const steps: (() => void)[] = [];
    return {
      put: (key: Key, value: Uint8Array): void => void steps.push(() => this.put(key, value)),
      delete: (key: Key): void => void steps.push(() => this.delete(key)),
      commit: (): void => {
        for (const step of steps.splice(0)) step();
      },
    };
  }

  *query({ prefix = "", filters = [], orders = [], offset = 0, limit = Infinity }: Query): Generator<Pair> {
    let pairs = this.#matching(prefix).filter((pair) => filters.every((filter) => filter(pair)));
    for (const order of orders) pairs = pairs.sort(order);
    yield* pairs.slice(offset, offset + limit);
  }

  *queryKeys({ prefix = "", filters = [], orders = [], offset = 0, limit = Infinity }: KeyQuery): Generator<Key> {
    let keys = this.#matching(prefix).map(({ key }) => key);
    keys = keys.filter((key) => filters.every((filter) => filter(key)));
    for (const order of orders) keys = keys.sort(order);
    yield* keys.slice(offset, offset + limit);
  }

  #matching(prefix: string): Pair[] {
    const pairs: Pair[] = [];
    for (const map of [this.#others, this.#providers])
      for (const [text, pair] of map) if (text.startsWith(prefix)) pairs.push(pair);
    return pairs;
  }

  #putOther(text: string, pair: Pair): void {
    this.#others.delete(text);
    this.#others.set(text, pair);
    if (this.#others.size <= NETWORK.maxPeersStored) return;
    for (const oldest of this.#others.keys()) {
      if (oldest === this.#selfKey) continue;
      this.#others.delete(oldest);
      return;
    }
  }

  #putProvider(text: string, provider: string, pair: Pair): void {
    const isOwn = provider === this.#self;
    this.#dropProvider(text);
    const share = this.#shares.get(provider) ?? 0;
    if (!isOwn && share >= NETWORK.maxVideosAnnounced) return;
    this.#shares.set(provider, share + 1);
    this.#providers.set(text, pair);
    if (this.#providers.size <= NETWORK.maxTableRecords) return;
    for (const oldest of this.#providers.keys()) {
      if (oldest.endsWith(`/${this.#self}`)) continue;
      this.#dropProvider(oldest);
      return;
    }
  }

  #dropProvider(text: string): void {
    if (!this.#providers.delete(text)) return;
    const provider = PROVIDER.exec(text)?.[1] ?? "";
    const left = (this.#shares.get(provider) ?? 1) - 1;
    if (left === 0) this.#shares.delete(provider);
    else this.#shares.set(provider, left);
  }
}
