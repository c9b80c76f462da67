import { ClientCore } from "../../src/core/client/client-core.ts";
import type { ClientConfig, ClientEffect, ClientEvent, ClientInput } from "../../src/core/client/client-types.ts";
import { Effects } from "../../src/core/effects.ts";
import type { Address } from "../../src/core/wire/address.ts";
import { encodeMessage } from "../../src/core/wire/datagram/encode.ts";
import type { Datagram } from "../datagram.ts";
import type { Actor, Host } from "../host.ts";
import type { Plant } from "../plant.ts";

/** To whom a client tells what it logs. */
export interface ClientListener {
  tellChunk(client: Address, from: Address, id: number, bytes: Uint8Array): void;
  tellFailed(client: Address, id: number): void;
  tellDone(client: Address, missing: readonly number[]): void;
}

/** The real client core on a virtual host, as the original network's client process has it on a real one. */
export class ClientActor implements Actor {
  readonly core: ClientCore;
  readonly events: ClientEvent[] = [];
  /** The ids that never came, once it has ended. */
  missing: readonly number[] | undefined;
  endedAtMs: number = Infinity;
  readonly #host: Host;
  readonly #plant: Plant;
  readonly #listener: ClientListener;
  readonly #effects = new Effects<ClientEffect>();
  readonly #config: ClientConfig;

  constructor(host: Host, config: ClientConfig, listener: ClientListener, plant: Plant = {}) {
    this.#host = host;
    this.#config = config;
    this.#listener = listener;
    this.#plant = plant;
    this.core = new ClientCore(config);
  }

  start(): void {
    this.#handle({ type: "start" }, undefined);
  }

  receive(datagram: Datagram): void {
    const { message } = datagram;
    if (message.type !== "decode-error") this.#handle({ type: "datagram", from: datagram.from, message }, datagram);
  }

  wake(): void {
    this.#handle({ type: "wake" }, undefined);
  }

  get address(): Address {
    return this.#host.address;
  }

  #handle(input: ClientInput, datagram: Datagram | undefined): void {
    if (this.missing !== undefined) return;
    const effects = this.#effects;
    effects.clear();
    this.core.handle(input, this.#host.nowMs, effects);
    const { clientEffect } = this.#plant;
    for (const effect of effects.list)
      if (clientEffect === undefined) this.#perform(effect, datagram);
      else for (const changed of clientEffect(effect)) this.#perform(changed, datagram);
    if (this.missing === undefined) this.#host.wakeAt(effects.wakeAtMs);
  }

  #perform(effect: ClientEffect, datagram: Datagram | undefined): void {
    switch (effect.type) {
      case "send": {
        const bytes = (this.#plant.encode ?? encodeMessage)(effect.message, this.#config.dialect);
        // A Get answers nobody: what it owes to a ChunkInfo is for the checkers to find out.
        this.#host.send(effect.to, bytes, undefined);
        break;
      }
      case "chunk": {
        const { message, bytes: whole } = datagram as Datagram;
        const { offset, sizeBytes } = message as { offset: number; sizeBytes: number };
        const bytes = whole.subarray(offset, offset + sizeBytes);
        this.#listener.tellChunk(this.#host.address, effect.from, effect.id, bytes);
        break;
      }
      case "event":
        this.events.push(effect.event);
        if (effect.event.name === "chunk-failed") this.#listener.tellFailed(this.#host.address, effect.event.id);
        break;
      case "done":
        this.missing = effect.missing;
        this.endedAtMs = this.#host.nowMs;
        this.#listener.tellDone(this.#host.address, effect.missing);
        break;
    }
  }
}
