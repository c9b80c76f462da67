import type { KadDHT, SingleKadDHT } from "@libp2p/kad-dht";
import { CID } from "multiformats/cid";
import { create } from "multiformats/hashes/digest";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { withoutPeer } from "./addresses.ts";
import type { Engine } from "./engine-types.ts";

/** A peer that the hash table names as a holder. Nothing of it is proven until it is asked. */
export interface Provider {
  readonly peer: string;
  /** Those that may be dialled from where this node is. */
  readonly addresses: readonly string[];
}

const RAW_CODEC = 0x55;
const SHA256_CODE = 0x12;

/**
 * The key of a video in the hash table: a CIDv1 of codec raw, whose multihash is sha2-256 with the video id as its digest.
 * The id is a SHA-256 already (the root of the video's tree), so nothing is hashed again: whoever has the id has the key,
 * and the other way round. No IPFS node would find bytes of that hash, and none is in this table.
 */
export const providerKey = (id: Uint8Array): CID => CID.createV1(RAW_CODEC, create(SHA256_CODE, id));

/**
 * Which videos are held where, in the distributed hash table. What was announced is announced again by the table itself
 * before it expires (48 hours), as long as this node runs.
 */
export class ProviderService {
  readonly #engine: Engine;
  readonly #announced = new Set<string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether this node has joined a hash table. */
  get isOn(): boolean {
    return this.#table !== undefined;
  }

  /**
   * Announces videos (32 bytes each), at most `NETWORK.maxVideosAnnounced` in all. One that no other node took counts as
   * not announced. @returns how many are, now and before @throws CardumeError `dht-off`
   */
  async announce(ids: readonly Uint8Array[], signal?: AbortSignal): Promise<number> {
    const table = this.#tableOrThrow();
    if (isAlone(table)) return 0;
    const queue = ids.filter((id) => !this.#announced.has(keyOf(id)));
    const worker = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined && signal?.aborted !== true; id = queue.shift()) {
        if (this.#announced.size >= NETWORK.maxVideosAnnounced) return;
        if (await provide(table, id, signal)) this.#announced.add(keyOf(id));
      }
    };
    await Promise.all(Array.from({ length: NETWORK.maxAnnouncementsAtOnce }, worker));
    return ids.filter((id) => this.#announced.has(keyOf(id))).length;
  }

  /** A video is held no more: it is not announced again, and what others keep of it expires. */
  async withdraw(id: Uint8Array): Promise<void> {
    this.#announced.delete(keyOf(id));
    await this.#table?.cancelReprovide(providerKey(id)).catch(() => undefined);
  }

  /**
   * Peers that are said to hold a video, each once, this node left out, at most `NETWORK.maxProviders`. Ends without an
   * error when the table has no more, or `signal` says so. @throws CardumeError `dht-off`
   */
  async *providers(id: Uint8Array, signal?: AbortSignal): AsyncGenerator<Provider> {
    const table = this.#tableOrThrow();
    if (isAlone(table)) return;
    const seen = new Set([this.#engine.peerId]);
    try {
      for await (const event of table.findProviders(providerKey(id), signal === undefined ? {} : { signal })) {
        for (const { id: peerId, multiaddrs } of "providers" in event ? event.providers : []) {
          const peer = peerId.toString();
          if (seen.has(peer) || seen.size > NETWORK.maxProviders) continue;
          seen.add(peer);
          const addresses = new Set(multiaddrs.map((address) => withoutPeer(address.toString())));
          yield { peer, addresses: [...addresses].filter(this.#engine.mayDial).slice(0, NETWORK.maxAddressesPerPeer) };
        }
      }
    } catch {
      // A walk that finds nobody left to ask ends with an error of its own; so does one that was stopped.
    }
  }

  get #table(): KadDHT | undefined {
    return (this.#engine.libp2p.services as { dht?: KadDHT }).dht;
  }

  #tableOrThrow(): KadDHT {
    const table = this.#table;
    if (table === undefined)
      throw new CardumeError("dht-off", "this node has not joined a hash table: start it with --dht");
    return table;
  }
}

/** With nobody in the table every walk would wait for somebody. */
const isAlone = (table: KadDHT): boolean => (table as SingleKadDHT).routingTable.size === 0;

/** Whether any other node took the record. */
async function provide(table: KadDHT, id: Uint8Array, signal: AbortSignal | undefined): Promise<boolean> {
  let isTaken = false;
  try {
    for await (const event of table.provide(providerKey(id), signal === undefined ? {} : { signal }))
      if (event.name === "PEER_RESPONSE" && event.messageName === "ADD_PROVIDER") isTaken = true;
  } catch {
    // Nobody to ask, or stopped: what was taken before counts.
  }
  return isTaken;
}

const keyOf = (id: Uint8Array): string => Buffer.from(id).toString("latin1");
