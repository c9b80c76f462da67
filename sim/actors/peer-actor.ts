import { Effects } from "../../src/core/effects.ts";
import { PeerCore } from "../../src/core/peer/peer-core.ts";
import type { PeerConfig, PeerEffect, PeerInput } from "../../src/core/peer/peer-types.ts";
import type { Address } from "../../src/core/wire/address.ts";
import { encodeMessage } from "../../src/core/wire/datagram/encode.ts";
import type { ChunkInfo, Query } from "../../src/core/wire/datagram/message.ts";
import { encodeChunk } from "../chunk-content.ts";
import type { Datagram } from "../datagram.ts";
import type { Actor, Host } from "../host.ts";
import type { PeerBrain, Plant } from "../plant.ts";

/** The real peer core on a virtual host, as the original network's peer process has it on a real one. */
export class PeerActor implements Actor {
  protected readonly host: Host;
  protected readonly config: PeerConfig;
  readonly #plant: Plant;
  readonly #core: PeerBrain;
  readonly #effects = new Effects<PeerEffect>();

  constructor(host: Host, config: PeerConfig, plant: Plant = {}) {
    this.host = host;
    this.config = config;
    this.#plant = plant;
    this.#core = plant.makePeer?.(config, host.nowMs) ?? new PeerCore(config, host.nowMs);
  }

  start(): void {}

  receive(datagram: Datagram): void {
    const { message } = datagram;
    if (message.type !== "decode-error") this.#handle({ type: "datagram", from: datagram.from, message }, datagram);
  }

  wake(): void {
    this.#handle({ type: "wake" }, undefined);
  }

  /** Sends a Response. Those who misbehave do it in their own way. */
  protected respond(to: Address, id: number): void {
    this.host.send(to, encodeChunk(id, this.config.dialect), undefined);
  }

  /** Sends a ChunkInfo or a Query. */
  protected say(to: Address, message: ChunkInfo | Query, cause: Datagram | undefined): void {
    this.host.send(to, (this.#plant.encode ?? encodeMessage)(message, this.config.dialect), cause);
  }

  #handle(input: PeerInput, cause: Datagram | undefined): void {
    const effects = this.#effects;
    effects.clear();
    this.#core.handle(input, this.host.nowMs, effects);
    const { peerEffect } = this.#plant;
    for (const effect of effects.list)
      if (peerEffect === undefined) this.#perform(effect, cause);
      else for (const changed of peerEffect(effect, input)) this.#perform(changed, cause);
    this.host.wakeAt(effects.wakeAtMs);
  }

  #perform(effect: PeerEffect, cause: Datagram | undefined): void {
    if (effect.type === "respond") this.respond(effect.to, effect.id);
    else this.say(effect.to, effect.message, cause);
  }
}
