import type { TLSSocket } from "node:tls";
import { NETWORK } from "../core/limits.ts";
import type { Carrier, CarrierSink } from "./carrier.ts";
import type { CarrierInbox } from "./carrier-inbox.ts";
import { DirectSender } from "./direct-sender.ts";

/**
 * A carrier over a TLS socket whose other side has proven to be `peer`. Whoever made the socket passes what it reads to
 * `inbox`, and makes it pause when the inbox says so; the inbox's `goOn` resumes it.
 */
export class DirectCarrier implements Carrier {
  readonly kind = "direct";
  readonly peer: string;
  readonly roundTripMs: number | undefined;
  readonly #socket: TLSSocket;
  readonly #inbox: CarrierInbox;
  readonly #sender: DirectSender;
  /** Sends that were not told of, oldest first. */
  readonly #untold: Sending[] = [];
  readonly #over = Promise.withResolvers<void>();
  #isClosing = false;
  #isEndedWell = false;
  #reason: string | undefined;

  constructor(socket: TLSSocket, inbox: CarrierInbox, peer: string, roundTripMs?: number) {
    this.peer = peer;
    this.roundTripMs = roundTripMs;
    this.#socket = socket;
    this.#inbox = inbox;
    this.#sender = new DirectSender(socket);
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
    return this.#sender.bytes;
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
    this.#sender.send(parts, (error) => {
      sending.isSent = !error;
      this.#tell();
    });
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
    this.#sender.end();
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
