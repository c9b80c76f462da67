import { type Address, portOf } from "../../../src/core/wire/address.ts";
import type { ChunkLookup, ChunkReader } from "../../../src/original/chunk-reader.ts";
import { Responder } from "../../../src/original/responder.ts";
import type { UdpSocket } from "../../../src/original/udp-socket.ts";

/** A socket that sends nothing and takes down what was sent, as `id to port`. */
class FakeSocket {
  readonly sent: string[] = [];
  isCongested = false;

  sendUncounted(bytes: Uint8Array, to: Address): void {
    this.sent.push(`${(bytes[2] as number) * 256 + (bytes[3] as number)} to ${portOf(to)}`);
  }
}

/** A reader of one-byte chunks that come into memory when the test says so. */
class FakeReader {
  readonly loaded: Set<number> = new Set<number>();
  readonly lost: Map<number, string> = new Map<number, string>();
  readonly #loads = new Map<number, (() => void)[]>();

  lookUp(id: number): ChunkLookup {
    const reason = this.lost.get(id);
    if (reason !== undefined) return { lost: reason };
    return this.loaded.has(id) ? Uint8Array.of(id & 255) : undefined;
  }

  load(id: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#loads.set(id, [...(this.#loads.get(id) ?? []), resolve]);
    return promise;
  }

  placeOf(): undefined {
    return undefined;
  }

  /** Ends all loads of a chunk, which is in memory afterwards unless it was pushed out at once. */
  endLoads(id: number, isThere = true): void {
    if (isThere) this.loaded.add(id);
    for (const resolve of this.#loads.get(id) ?? []) resolve();
    this.#loads.delete(id);
  }
}

/** A responder with a socket and a disk in the test's hands. */
export class ResponderRun {
  readonly socket: FakeSocket = new FakeSocket();
  readonly reader: FakeReader = new FakeReader();
  readonly dropped: number[] = [];
  readonly lost: string[] = [];
  readonly responder: Responder;

  constructor() {
    // The real ones have private parts, and more than a responder uses.
    const socket = this.socket as unknown as UdpSocket;
    const reader = this.reader as unknown as ChunkReader;
    this.responder = new Responder(socket, reader, "canonical", {
      chunkLost: (id, reason) => this.lost.push(`${id}: ${reason}`),
      dropped: (to) => this.dropped.push(portOf(to)),
    });
  }
}
