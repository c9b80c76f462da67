import { ClientCore } from "../../../src/core/client/client-core.ts";
import type { ClientConfig, ClientEffect, ClientInput } from "../../../src/core/client/client-types.ts";
import { Effects } from "../../../src/core/effects.ts";
import type { Address } from "../../../src/core/wire/address.ts";
import { local } from "./addresses.ts";

/** Where the client of these tests says Hello. */
export const CONTACT: Address = local(5001);

/** What a client did, and when. */
export interface Deed {
  readonly atMs: number;
  readonly text: string;
}

/** A client core, driven as its shell drives it: woken when it ordered that, and not otherwise. */
export class ClientRun {
  readonly core: ClientCore;
  readonly #effects = new Effects<ClientEffect>();
  #wakeAtMs = Infinity;
  nowMs = 0;

  constructor(ids: readonly number[], config: Partial<ClientConfig> = {}) {
    this.core = new ClientCore({
      contact: CONTACT,
      ids,
      order: "rarest",
      receiveBufferBytes: 4_194_304,
      allowPublic: false,
      dialect: "canonical",
      ...config,
    });
  }

  /** When the client wants to be woken. */
  get wakeAtMs(): number {
    return this.#wakeAtMs;
  }

  start(): string[] {
    return this.input({ type: "start" });
  }

  /** One input, and the wakes that are due at the same moment. */
  input(input: ClientInput): string[] {
    return [...this.#handle(input), ...this.until(this.nowMs)].map((deed) =>
      typeof deed === "string" ? deed : deed.text,
    );
  }

  /** A ChunkInfo. */
  info(from: Address, ids: readonly number[]): string[] {
    return this.input({ type: "datagram", from, message: { type: "chunk-info", ids } });
  }

  /** A Response. */
  response(from: Address, id: number, sizeBytes = 1024): string[] {
    return this.input({ type: "datagram", from, message: { type: "response", id, offset: 6, sizeBytes } });
  }

  /** Responses that arrive in one turn of the event loop, so that one wake follows them all. */
  responses(from: Address, ids: readonly number[]): string[] {
    const texts = ids.flatMap((id) =>
      this.#handle({ type: "datagram", from, message: { type: "response", id, offset: 6, sizeBytes: 1024 } }),
    );
    return [...texts, ...this.until(this.nowMs).map(({ text }) => text)];
  }

  /** A Response in the report's dialect. */
  reportResponse(from: Address, nameNumber: number | undefined): string[] {
    const message = { type: "report-response", nameNumber, offset: 104, sizeBytes: 1024 } as const;
    return this.input({ type: "datagram", from, message });
  }

  /** Lets time pass to `untilMs`, with the wakes that were ordered until then. */
  until(untilMs: number): Deed[] {
    const deeds: Deed[] = [];
    for (let wakes = 0; this.#wakeAtMs <= untilMs; wakes++) {
      if (wakes > 100_000) throw new Error("the client spins");
      this.nowMs = Math.max(this.nowMs, this.#wakeAtMs);
      for (const text of this.#handle({ type: "wake" })) deeds.push({ atMs: this.nowMs, text });
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
    return deeds;
  }

  #handle(input: ClientInput): string[] {
    this.#effects.clear();
    this.core.handle(input, this.nowMs, this.#effects);
    this.#wakeAtMs = this.#effects.wakeAtMs;
    return this.#effects.list.map(inWords);
  }
}

const port = (address: Address): number => address % 65_536;

/** `hello 1,2`, `get 1,2 of 5001`, `chunk 1 of 5001`, `done, missing 2`, `holder-found 5001`. */
function inWords(effect: ClientEffect): string {
  switch (effect.type) {
    case "send":
      return effect.message.type === "hello"
        ? `hello ${effect.message.ids.join()}`
        : `get ${effect.message.ids.join()} of ${port(effect.to)}`;
    case "chunk":
      return `chunk ${effect.id} of ${port(effect.from)}`;
    case "done":
      return `done, missing ${effect.missing.join()}`;
    case "event": {
      const { event } = effect;
      if ("holder" in event) return `${event.name} ${port(event.holder)}${"id" in event ? ` ${event.id}` : ""}`;
      return "id" in event ? `${event.name} ${event.id}` : `${event.name} ${event.withoutHolder}`;
    }
  }
}

/** Only the Gets, or the Hellos, or the chunks. */
export const only = (what: string, texts: readonly string[]): string[] => texts.filter((text) => text.startsWith(what));

/** When such a thing was done. */
export const timesOf = (what: string, deeds: readonly Deed[]): number[] =>
  deeds.filter(({ text }) => text.startsWith(what)).map(({ atMs }) => atMs);
