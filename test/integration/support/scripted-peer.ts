import { chunkInfo, idsOf, response, typeOf } from "./messages.ts";
import type { Datagram, Probe } from "./probe.ts";

/** What a scripted peer does; by default it does as a good one. */
export interface Script {
  /** Ids that its ChunkInfo lists, `undefined` for no ChunkInfo at all. */
  readonly holds?: readonly number[];
  /** The datagrams that answer a Get for one id; by default a good Response. */
  readonly answer?: (id: number) => readonly Uint8Array[];
  /** Waits so long before the answer to each id, in ms. */
  readonly delayMs?: number;
}

/** The bytes that a scripted peer has for a chunk. */
export const scriptedChunk = (id: number): Buffer => Buffer.from(`scripted chunk ${id}`);

export const goodAnswer = (id: number): Buffer[] => [response(id, scriptedChunk(id))];

const HELLO = 1;
const GET = 4;

/** Makes a probe a peer that follows a script and takes every Hello and Get down. */
export class ScriptedPeer {
  readonly hellos: Datagram[] = [];
  readonly gets: Datagram[] = [];
  readonly probe: Probe;
  /** Ids asked for and not yet answered, at most at one time. */
  mostInFlight = 0;
  #inFlight = 0;
  #sentAtMs = 0;
  readonly #script: Script;

  constructor(probe: Probe, script: Script) {
    this.probe = probe;
    this.#script = script;
    probe.onDatagram = (datagram) => this.#follow(datagram);
  }

  get address(): string {
    return this.probe.address;
  }

  /** When it sent something last, on this process's clock. */
  get sentAtMs(): number {
    return this.#sentAtMs;
  }

  /** How often each id was asked for. */
  get asked(): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const { bytes } of this.gets) for (const id of idsOf(bytes)) counts[id] = (counts[id] ?? 0) + 1;
    return counts;
  }

  #follow(datagram: Datagram): void {
    const type = typeOf(datagram.bytes);
    if (type === HELLO) {
      this.hellos.push(datagram);
      const { holds } = this.#script;
      if (holds !== undefined) this.#send(chunkInfo(...holds), datagram.from);
    } else if (type === GET) {
      this.gets.push(datagram);
      this.#answerAll(idsOf(datagram.bytes), datagram.from);
    }
  }

  #answerAll(ids: readonly number[], to: string): void {
    this.#inFlight += ids.length;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    const { answer = goodAnswer, delayMs = 0 } = this.#script;
    for (const [index, id] of ids.entries())
      setTimeout(
        () => {
          this.#inFlight--;
          for (const bytes of answer(id)) this.#send(bytes, to);
        },
        delayMs * (index + 1),
      );
  }

  #send(bytes: Uint8Array, to: string): void {
    this.#sentAtMs = performance.now();
    this.probe.send(bytes, to).catch(() => {}); // the client may be gone, and the probe closed
  }
}
