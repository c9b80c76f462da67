import type { PeerConfig } from "../../src/core/peer/peer-types.ts";
import type { Address } from "../../src/core/wire/address.ts";
import type { ChunkInfo, Query } from "../../src/core/wire/datagram/message.ts";
import { PeerActor } from "../actors/peer-actor.ts";
import { encodeChunk } from "../chunk-content.ts";
import type { Datagram } from "../datagram.ts";
import type { Host } from "../host.ts";

/** Advertises, and then is silent. */
export class SilentPeer extends PeerActor {
  protected override respond(): void {}
}

/** Advertises more than it holds, and sends what it holds. */
export class BoastfulPeer extends PeerActor {
  readonly #held: ReadonlySet<number>;

  /** Advertises `config.holdings`, holds `held`. */
  constructor(host: Host, config: PeerConfig, held: Iterable<number>) {
    super(host, config);
    this.#held = new Set(held);
  }

  protected override respond(to: Address, id: number): void {
    if (this.#held.has(id)) super.respond(to, id);
  }
}

/** Answers with chunks that nobody asked it for. */
export class ConfusedPeer extends PeerActor {
  protected override respond(to: Address, id: number): void {
    const other = this.host.random.chance(0.5) ? (id + 1) % 65_536 : this.host.random.integer(0, 65_535);
    this.host.send(to, encodeChunk(other, this.config.dialect), undefined);
  }
}

/** Hears nothing, says nothing: a peer in the list of neighbours that was never started. */
export class AbsentPeer extends PeerActor {
  override receive(_datagram: Datagram): void {}
}

/** Says everything twice, and an empty ChunkInfo as well. */
export class StammeringPeer extends PeerActor {
  protected override respond(to: Address, id: number): void {
    super.respond(to, id);
    super.respond(to, id);
  }

  protected override say(to: Address, message: ChunkInfo | Query, cause: Datagram | undefined): void {
    if (message.type === "chunk-info") {
      super.say(to, { type: "chunk-info", ids: [] }, cause);
      super.say(to, { type: "chunk-info", ids: [...message.ids, ...message.ids] }, cause);
    }
    super.say(to, message, cause);
  }
}
