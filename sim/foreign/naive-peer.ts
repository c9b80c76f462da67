import type { PeerConfig } from "../../src/core/peer/peer-types.ts";
import type { Address } from "../../src/core/wire/address.ts";
import { encodeMessage } from "../../src/core/wire/datagram/encode.ts";
import { encodeChunk } from "../chunk-content.ts";
import type { Datagram } from "../datagram.ts";
import type { Actor, Host } from "../host.ts";

/**
 * A peer as other people wrote it: it answers and sends on every Query that it hears, again and again, since the
 * message has no number to know it by. Only the TTL ends that.
 */
export class NaivePeer implements Actor {
  readonly #host: Host;
  readonly #config: PeerConfig;
  readonly #holdings: ReadonlySet<number>;

  constructor(host: Host, config: PeerConfig) {
    this.#host = host;
    this.#config = config;
    this.#holdings = new Set(config.holdings);
  }

  start(): void {}

  wake(): void {}

  receive(datagram: Datagram): void {
    const { message, from } = datagram;
    switch (message.type) {
      case "hello":
        this.#question(datagram, from, this.#config.maxTtlHops, message.ids);
        break;
      case "query":
        this.#question(datagram, message.client, message.ttlHops - 1, message.ids);
        break;
      case "get":
        for (const id of message.ids)
          if (this.#holdings.has(id)) this.#host.send(from, encodeChunk(id, this.#config.dialect), undefined);
        break;
      default:
        break;
    }
  }

  #question(datagram: Datagram, client: Address, ttlHops: number, ids: readonly number[]): void {
    const held = ids.filter((id) => this.#holdings.has(id));
    const { dialect, neighbours, maxTtlHops } = this.#config;
    if (held.length > 0) this.#host.send(client, encodeMessage({ type: "chunk-info", ids: held }, dialect), datagram);
    // A TTL of 65,535 from a stranger would never end here: the one mercy that these programs are granted.
    const onwardHops = Math.min(ttlHops, maxTtlHops);
    if (onwardHops <= 0) return;
    const bytes = encodeMessage({ type: "query", client, ttlHops: onwardHops, ids }, dialect);
    for (const neighbour of neighbours) if (neighbour !== datagram.from) this.#host.send(neighbour, bytes, datagram);
  }
}
