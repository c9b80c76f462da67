import type { Stream, StreamCloseEvent, StreamMessageEvent } from "@libp2p/interface";
import { NETWORK } from "../core/limits.ts";
import type { Carrier, CarrierSink } from "./carrier.ts";
import { CarrierInbox } from "./carrier-inbox.ts";
import { type Outgoing, SendQueue } from "./carrier-send-queue.ts";

/** What is given to the stream in one piece: smaller ones cost more frames, larger ones gain nothing. */
const PIECE_BYTES = 262_144;
const BROKEN = "the connection broke";

/**
 * A carrier over a libp2p stream of a connection whose other side is proven to be `peer`. The stream is its own from now
 * on: nobody else may read from it, write to it or close it. Reading begins with `start`; until then, and while paused,
 * the muxer's window holds the other side back.
 */
export function carrierOverLibp2p(stream: Stream, peer: string): Carrier {
  return new Libp2pCarrier(stream, peer);
}

class Libp2pCarrier implements Carrier {
  readonly kind = "libp2p";
  readonly peer: string;
  readonly #stream: Stream;
  readonly #inbox: CarrierInbox;
  readonly #queue = new SendQueue();
  /** Given to the stream, but not taken by it before its next `drain`. */
  #handed: Outgoing[] = [];
  readonly #over = Promise.withResolvers<void>();
  #isClosing = false;
  #isOver = false;
  #isSteering = false;
  #isPumpOrdered = false;
  #sentBytes = 0;
  #isEndedWell = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Stream, peer: string) {
    this.peer = peer;
    this.#stream = stream;
    this.#inbox = new CarrierInbox(() => this.#steer());
    // A whole window may come after a pause; a stream that holds more than this unread is reset.
    stream.maxReadBufferLength = Math.max(stream.maxReadBufferLength, NETWORK.maxStreamWindowBytes);
    stream.addEventListener("message", this.#message);
    stream.addEventListener("drain", this.#orderPump);
    stream.addEventListener("remoteCloseWrite", this.#otherClosed);
    stream.addEventListener("end", this.#readEnd);
    stream.addEventListener("close", this.#streamClosed);
    this.#steer();
    if (stream.remoteWriteStatus === "closed") this.#otherClosed();
    if (stream.status !== "open" && stream.status !== "closing") this.#end("the stream is closed");
  }

  get queuedBytes(): number {
    return this.#isOver ? 0 : this.#queue.bytes + this.#stream.writeBufferLength;
  }

  start(sink: CarrierSink): void {
    this.#inbox.start(sink);
  }

  send(parts: readonly Uint8Array[], onSent?: (isSent: boolean) => void): void {
    if (this.#isClosing) queueMicrotask(() => onSent?.(false));
    else {
      this.#queue.add(parts, onSent);
      this.#orderPump();
    }
  }

  pause(): void {
    this.#inbox.pause();
    this.#steer();
  }

  resume(): void {
    this.#inbox.resume();
  }

  close(): Promise<void> {
    this.#inbox.deafen();
    this.#finish();
    return this.#over.promise;
  }

  destroy(reason = "ended here"): void {
    this.#inbox.deafen();
    this.#end(reason);
    this.#stream.abort(new Error(reason));
  }

  readonly #message = ({ data }: StreamMessageEvent): void => {
    if (data instanceof Uint8Array) this.#inbox.take(data);
    else for (const view of data) this.#inbox.take(view);
    this.#steer();
  };

  /** Makes the stream read, or not, as the inbox wants it. */
  #steer(): void {
    // A pause inside `resume` would be undone at the end of it: the loop out there sees to it.
    if (this.#isSteering) return;
    this.#isSteering = true;
    try {
      for (;;) {
        const { readStatus } = this.#stream;
        if (this.#inbox.isReading && readStatus === "paused") this.#stream.resume();
        else if (!this.#inbox.isReading && readStatus === "readable") this.#stream.pause();
        else break;
      }
    } catch (error) {
      // The connection has gone while the stream was paused: there is nobody to tell of a window.
      this.#end((error as Error).message);
    } finally {
      this.#isSteering = false;
    }
  }

  /** All that is sent in one turn goes together: a header with its body, a handful of Gets. */
  readonly #orderPump = (): void => {
    if (this.#isPumpOrdered) return;
    this.#isPumpOrdered = true;
    queueMicrotask(() => {
      this.#isPumpOrdered = false;
      this.#pump();
    });
  };

  #pump(): void {
    while (!this.#stream.writableNeedsDrain) {
      const taken = this.#handed;
      this.#handed = [];
      for (const { onSent } of taken) onSent?.(true);
      if (this.#queue.isEmpty) break;
      // A copy: libp2p keeps what it is given until the connection has encrypted it, and does not say when.
      const { piece, done } = this.#queue.take(PIECE_BYTES);
      this.#handed.push(...done);
      this.#sentBytes += piece.length;
      try {
        if (piece.length > 0) this.#stream.send(piece);
      } catch (error) {
        this.destroy((error as Error).message);
      }
    }
    if (this.#isClosing && this.#queue.isEmpty && this.#handed.length === 0) this.#closeStream();
  }

  /** Sends what waits, then says that this was all. */
  #finish(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#orderPump();
    this.#watch(-1);
  }

  /** A stream that is closing and does not get on is ended. */
  #watch(sentBefore: number): void {
    const sentBytes = this.#sentBytes - this.#stream.writeBufferLength;
    if (sentBytes === sentBefore) this.destroy("the other side takes nothing more");
    else this.#timer = setTimeout(() => this.#watch(sentBytes), NETWORK.closingCarrierMs);
  }

  #closeStream(): void {
    // It rejects when the stream ends meanwhile, of which `close` tells.
    this.#stream.close().catch(() => undefined);
  }

  readonly #otherClosed = (): void => {
    this.#isEndedWell = true;
    this.#finish();
  };

  readonly #readEnd = (): void => this.#inbox.end(this.#isEndedWell ? undefined : BROKEN);

  readonly #streamClosed = ({ error }: StreamCloseEvent): void => {
    if (error !== undefined) this.#end(error.message);
    else {
      this.#settle();
      // What was not read yet is still there, and `end` comes after it.
      if (this.#stream.readableEnded || this.#stream.readBufferLength === 0) this.#readEnd();
    }
  };

  #end(reason: string): void {
    this.#inbox.end(reason);
    this.#settle();
  }

  /** Nothing leaves any more. */
  #settle(): void {
    this.#isClosing = true;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const unsent = [...this.#handed, ...this.#queue.clear()];
    this.#handed = [];
    for (const { onSent } of unsent) onSent?.(false);
    this.#over.resolve();
  }
}
