import { SHELLS } from "../core/limits.ts";
import type { Address } from "../core/wire/address.ts";
import { RESPONSE_HEADER_BYTES, writeResponseHeader } from "../core/wire/datagram/encode.ts";
import type { Dialect } from "../core/wire/datagram/message.ts";
import { encodeReportResponse } from "../core/wire/datagram/report-dialect.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import type { UdpSocket } from "./udp-socket.ts";

/** How long to wait when the kernel takes no more datagrams, in ms. */
const CONGESTED_MS = 1;

/** What a {@link Responder} tells its peer. */
export interface ResponderEvents {
  readonly chunkLost: (id: number, reason: string) => void;
  readonly dropped: (to: Address) => void;
}

/**
 * Sends chunks to clients, each client's in the order in which they were ordered: a chunk that the disk has to give
 * first holds back those behind it, but no other client.
 */
export class Responder {
  readonly #socket: UdpSocket;
  readonly #reader: ChunkReader;
  readonly #dialect: Dialect;
  readonly #events: ResponderEvents;
  readonly #waiting = new Map<Address, number[]>();
  #stopped = false;

  constructor(socket: UdpSocket, reader: ChunkReader, dialect: Dialect, events: ResponderEvents) {
    this.#socket = socket;
    this.#reader = reader;
    this.#dialect = dialect;
    this.#events = events;
  }

  /** Orders a Response. */
  order(to: Address, id: number): void {
    const waiting = this.#waiting.get(to);
    if (waiting !== undefined) {
      if (waiting.length < SHELLS.maxWaitingResponses) waiting.push(id);
      else this.#events.dropped(to);
      return;
    }
    if (!this.#socket.isCongested && this.#sendIfLoaded(to, id)) return;
    if (this.#waiting.size >= SHELLS.maxWaitingClients) {
      this.#events.dropped(to);
      return;
    }
    const queue = [id];
    this.#waiting.set(to, queue);
    void this.#work(to, queue);
  }

  /** Sends nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  async #work(to: Address, queue: number[]): Promise<void> {
    for (let next = 0; next < queue.length && !this.#stopped; next++) {
      const id = queue[next] as number;
      if (this.#socket.isCongested) await this.#untilFree();
      if (!this.#stopped && !this.#sendIfLoaded(to, id)) {
        await this.#reader.load(id);
        if (this.#socket.isCongested) await this.#untilFree(); // it may have become congested while the disk was waited for
        if (!this.#stopped && !this.#sendIfLoaded(to, id)) this.#events.dropped(to);
      }
    }
    this.#waiting.delete(to);
  }

  async #untilFree(): Promise<void> {
    while (this.#socket.isCongested && !this.#stopped)
      await new Promise((resolve) => setTimeout(resolve, CONGESTED_MS));
  }

  /** Sends a chunk that is in memory, or reports that it is lost. False when it must be loaded first. */
  #sendIfLoaded(to: Address, id: number): boolean {
    const chunk = this.#reader.lookUp(id);
    if (chunk === undefined) return false;
    if (chunk instanceof Uint8Array) this.#socket.sendUncounted(this.#encode(id, chunk), to);
    else this.#events.chunkLost(id, chunk.lost);
    return true;
  }

  #encode(id: number, chunk: Uint8Array): Uint8Array {
    if (this.#dialect === "report") return encodeReportResponse(this.#reader.placeOf(id)?.path ?? String(id), chunk);
    const bytes = Buffer.allocUnsafe(RESPONSE_HEADER_BYTES + chunk.length);
    writeResponseHeader(bytes, id, chunk.length);
    bytes.set(chunk, RESPONSE_HEADER_BYTES);
    return bytes;
  }
}
