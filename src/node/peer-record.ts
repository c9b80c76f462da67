import type { Ed25519PrivateKey } from "@libp2p/interface";
import { peerIdFromPublicKey } from "@libp2p/peer-id";
import { PeerRecord, RecordEnvelope } from "@libp2p/peer-record";
import { multiaddr } from "@multiformats/multiaddr";
import { NETWORK } from "../core/limits.ts";
import { isAdmissible, type Nearness, parsePeerAddress } from "../core/neighbours/address-class.ts";
import { withoutPeer } from "./addresses.ts";

/** What a signed peer record says. */
export interface OpenedRecord {
  /** Who signed it, in text. */
  readonly peer: string;
  /** Multiaddrs in text, without `/p2p/…`, those that nobody may dial left out. */
  readonly addresses: readonly string[];
  /** Later ones of a peer replace earlier ones: the signer's wall clock in ms, or what it says that is. */
  readonly sequence: bigint;
}

/**
 * Opens a signed peer record (a libp2p envelope): `undefined` when it is too large, no such thing, or not signed by the
 * peer that it is about. Never throws. @param namedBy how near whoever brought it is: addresses further in are left out
 */
export async function openRecord(bytes: Uint8Array, namedBy: Nearness): Promise<OpenedRecord | undefined> {
  if (bytes.length === 0 || bytes.length > NETWORK.maxPeerRecordBytes) return undefined;
  try {
    // The signature is the costly part: what the record is about is looked at first.
    const envelope = RecordEnvelope.createFromProtobuf(bytes);
    const { peerId, multiaddrs, seqNumber } = PeerRecord.createFromProtobuf(envelope.payload);
    if (envelope.publicKey.type !== "Ed25519" || !peerIdFromPublicKey(envelope.publicKey).equals(peerId))
      return undefined;
    if (!sameBytes(envelope.payloadType, PeerRecord.CODEC) || !(await envelope.validate(PeerRecord.DOMAIN)))
      return undefined;
    const usable = multiaddrs
      .slice(0, NETWORK.maxAddressesPerPeer)
      .flatMap((address) => parsePeerAddress(address.toString()) ?? [])
      .filter((address) => isAdmissible(address, namedBy))
      .map(({ text }) => text);
    return { peer: peerId.toString(), addresses: [...new Set(usable)], sequence: seqNumber };
  } catch {
    return undefined;
  }
}

/** This node's own signed record, sealed again when its addresses have changed. */
export class OwnRecord {
  readonly #privateKey: Ed25519PrivateKey;
  readonly #addresses: () => readonly string[];
  #sealedFor: string | undefined;
  #sequenceMs = 0;
  #bytes: Promise<Uint8Array> | undefined;

  /** @param addresses those that others can use, `/p2p/…` or not */
  constructor(privateKey: Ed25519PrivateKey, addresses: () => readonly string[]) {
    this.#privateKey = privateKey;
    this.#addresses = addresses;
  }

  /** The record in bytes, at most `NETWORK.maxPeerRecordBytes`. */
  bytes(): Promise<Uint8Array> {
    const addresses = [...new Set(this.#addresses().map(withoutPeer))].slice(0, NETWORK.maxAddressesPerPeer);
    const key = addresses.join();
    if (this.#bytes === undefined || key !== this.#sealedFor) {
      this.#sealedFor = key;
      this.#bytes = this.#seal(addresses);
    }
    return this.#bytes;
  }

  async #seal(addresses: readonly string[]): Promise<Uint8Array> {
    // A wall clock that was set back must not make the newer record look older.
    this.#sequenceMs = Math.max(Date.now(), this.#sequenceMs + 1);
    const record = new PeerRecord({
      peerId: peerIdFromPublicKey(this.#privateKey.publicKey),
      multiaddrs: addresses.map((address) => multiaddr(address)),
      seqNumber: BigInt(this.#sequenceMs),
    });
    return (await RecordEnvelope.seal(record, this.#privateKey)).marshal();
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
