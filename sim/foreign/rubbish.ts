import { type Address, addressOf } from "../../src/core/wire/address.ts";
import { encodeMessage } from "../../src/core/wire/datagram/encode.ts";
import { PeerActor } from "../actors/peer-actor.ts";
import type { Datagram } from "../datagram.ts";
import type { Random } from "../random.ts";

/** Addresses that nobody may be made to send to: public, multicast, broadcast, this network's zero, port 0. */
const FORBIDDEN: readonly Address[] = [
  addressOf(0x08080808, 53),
  addressOf(0xe0000001, 5000),
  addressOf(0xffffffff, 5000),
  addressOf(0x00000000, 5000),
  addressOf(0x0a000001, 0),
];

/** Sends that it does besides its work: more would only repeat what has been seen. */
const MAX_SENDS = 12;

/** A peer that does its work and sends rubbish besides, to its neighbours and to the clients that it hears of. */
export class RubbishPeer extends PeerActor {
  readonly #known = new Set<Address>();
  #sends = 0;

  override start(): void {
    for (const neighbour of this.config.neighbours) this.#known.add(neighbour);
    this.#litter();
  }

  override receive(datagram: Datagram): void {
    super.receive(datagram);
    this.#known.add(datagram.from);
    if (datagram.message.type === "query") this.#known.add(datagram.message.client);
    this.#litter();
  }

  #litter(): void {
    const { random } = this.host;
    if (this.#sends++ >= MAX_SENDS) return;
    const target = random.pick([...this.#known]);
    if (target !== undefined && target !== this.host.address)
      this.host.send(target, this.#rubbish(random, target), undefined);
  }

  #rubbish(random: Random, target: Address): Uint8Array {
    const ids = [random.integer(0, 65_535), random.integer(0, 20)];
    const client = random.pick([...FORBIDDEN, target, this.host.address, random.pick([...this.#known]) ?? target]);
    switch (random.integer(0, 6)) {
      case 0:
        return Uint8Array.from({ length: random.integer(0, 60) }, () => random.integer(0, 255));
      case 1:
        return encodeMessage({ type: "query", client, ttlHops: random.pick([0, 1, 3, 65_535]), ids }, "canonical");
      case 2:
        return encodeMessage({ type: "query", client: this.host.address, ttlHops: 65_535, ids }, "canonical");
      case 3: // A list that says it is longer than it is.
        return encodeMessage({ type: "hello", ids }, "canonical").subarray(0, 6);
      case 4: // A Response that is cut short.
        return Uint8Array.of(0, 5, 0, ids[1] as number, 4, 0, 1, 2, 3);
      case 5: // A tail behind the list.
        return Uint8Array.of(...encodeMessage({ type: "get", ids }, "canonical"), 0, 0, 0);
      default:
        return encodeMessage({ type: "hello", ids: [] }, "canonical");
    }
  }
}
