import type { TLSSocket } from "node:tls";
import { NETWORK } from "../core/limits.ts";
import type { Carrier, CarrierSink } from "./carrier.ts";
import type { CarrierInbox } from "./carrier-inbox.ts";

/**
 * A carrier over a TLS socket whose other side has proven to be `peer`. Whoever made the socket passes what it reads to
 * `inbox`, and makes it pause when the inbox says so; the inbox's `goOn` resumes it.
 */
export class DirectCarrier implements Carrier {
  readonly kind = "direct";
  readonly peer: string;
  readonly #socket: TLSSocket;
  readonly #inbox: CarrierInbox;
  /** Sends that were not told of, oldest first. */
  readonly #untold: Sending[] = [];
  readonly #over = Promise.withResolvers<void>();
  #isClosing = false;
  #isEndedWell = false;
  #reason: string | undefined;

  constructor(socket: TLSSocket, inbox: CarrierInbox, peer: string) {
    this.peer = peer;
    this.#socket = socket;
    this.#inbox = inbox;
    socket.on("end", () => {
      this.#isEndedWell = true;
      this.#finish();
    });
    socket.on("error", (error) => {
      this.#reason ??= error.message;
    });
    socket.on("timeout", () => this.destroy("the other side takes nothing more"));
    socket.on("close", () => this.#closed());
    if (socket.destroyed) process.nextTick(() => this.#closed());
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  start(sink: CarrierSink): void {
    this.#inbox.start(sink);
  }

  send(parts: readonly Uint8Array[], onSent?: (isSent: boolean) => void): void {
    if (this.#isClosing) {
      queueMicrotask(() => onSent?.(false));
      return;
    }
    const sending: Sending = { onSent, isSent: undefined };
    this.#untold.push(sending);
    const settle = (error: Error | null | undefined): void => {
      sending.isSent = !error;
      this.#tell();
    };
    const filled = parts.filter(({ length }) => length > 0);
    const last = filled.pop();
    if (last === undefined) {
      queueMicrotask(() => settle(null));
      return;
    }
    // One write of many parts: TLS makes records of all of it at once.
    if (filled.length > 0) this.#socket.cork();
    for (const part of filled) this.#socket.write(part);
    this.#socket.write(last, settle);
    if (filled.length > 0) this.#socket.uncork();
  }

  pause(): void {
    this.#inbox.pause();
    this.#socket.pause();
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
    this.#reason ??= reason;
    this.#isClosing = true;
    this.#inbox.deafen();
    this.#inbox.end(this.#reason);
    this.#socket.destroy();
  }

  #finish(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    // Counts from the last byte that went or came.
    this.#socket.setTimeout(NETWORK.closingCarrierMs);
    this.#socket.end();
  }

  #closed(): void {
    this.#isClosing = true;
    this.#inbox.end(this.#isEndedWell ? undefined : (this.#reason ?? "the connection broke"));
    for (const sending of this.#untold) sending.isSent ??= false;
    this.#tell();
    this.#over.resolve();
  }

  /** In the order of the sends: one of no bytes waits for those before it. */
  #tell(): void {
    for (let first = this.#untold[0]; first?.isSent !== undefined; first = this.#untold[0]) {
      this.#untold.shift();
      first.onSent?.(first.isSent);
    }
  }
}

/** One `send`, until its `onSent`. */
interface Sending {
  readonly onSent: ((isSent: boolean) => void) | undefined;
  isSent: boolean | undefined;
}
