import { timingSafeEqual } from "node:crypto";
import type { TcpNetConnectOpts } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { monotonicMs } from "../runtime/clock.ts";
import type { Carrier } from "./carrier.ts";
import { CarrierInbox } from "./carrier-inbox.ts";
import { fingerprintOf } from "./certificate.ts";
import { DirectCarrier } from "./direct-carrier.ts";
import { type DirectOffer, FINGERPRINT_BYTES, WELCOME } from "./direct-messages.ts";
import { DIRECT_TLS, KEEP_ALIVE_MS } from "./direct-tls.ts";

/** What is read at once: four TLS records. */
const READ_BYTES = 65_536;

/** Whom to connect to. */
export interface DirectTarget {
  /** The libp2p connection's own remote address, an IP; never that of a relay. */
  readonly host: string;
  readonly offer: DirectOffer;
  /** The holder's peer id: the offer came over a connection that proved it. */
  readonly peer: string;
  /** For all of it. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Why there is no direct carrier. The libp2p stream is there instead. */
export interface DirectProblem {
  readonly type: "direct-problem";
  /**
   * `unreachable`: no TLS 1.3 there; `certificate`: somebody else is, who was shown nothing; `refused`: the token was
   * not taken; `timeout`; `aborted`: by the signal.
   */
  readonly code: "unreachable" | "certificate" | "refused" | "timeout" | "aborted";
  readonly reason: string;
}

/**
 * Opens the direct socket that a holder has offered. The certificate's fingerprint is compared before the token is sent,
 * and the carrier is there when the holder has welcomed it. Never rejects.
 */
export function connectDirect(target: DirectTarget): Promise<Carrier | DirectProblem> {
  return new Dial(target).result;
}

class Dial {
  readonly #target: DirectTarget;
  readonly #result = Promise.withResolvers<Carrier | DirectProblem>();
  readonly #socket: TLSSocket;
  readonly #inbox: CarrierInbox;
  readonly #timer: NodeJS.Timeout;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #isShown = false;
  #shownAtMs = 0;
  #isWelcome = false;

  constructor(target: DirectTarget) {
    this.#target = target;
    this.#inbox = new CarrierInbox(() => this.#socket.resume());
    this.#timer = setTimeout(() => this.#fail("timeout", "it took too long"), target.timeoutMs);
    const options: ConnectionOptions & TcpNetConnectOpts = {
      ...DIRECT_TLS,
      host: target.host,
      port: target.offer.port,
      // Nobody signed it, and no name is in it: the fingerprint is what it is known by.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      onread: { buffer: this.#buffer, callback: (bytes) => this.#read(this.#buffer.subarray(0, bytes)) },
    };
    this.#socket = connect(options);
    this.#socket.on("secureConnect", () => this.#showToken());
    this.#socket.on("error", (error) => this.#fail(this.#isShown ? "refused" : "unreachable", error.message));
    this.#socket.on("close", () => this.#fail(this.#isShown ? "refused" : "unreachable", "it closed the connection"));
    target.signal?.addEventListener("abort", this.#abort, { once: true });
    if (target.signal?.aborted === true) this.#abort();
  }

  get result(): Promise<Carrier | DirectProblem> {
    return this.#result.promise;
  }

  #showToken(): void {
    const { fingerprint, token } = this.#target.offer;
    const certificate = this.#socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0);
    const isRight =
      fingerprint.length === FINGERPRINT_BYTES && timingSafeEqual(fingerprintOf(certificate), fingerprint);
    if (isRight) {
      this.#isShown = true;
      this.#shownAtMs = monotonicMs();
      this.#socket.write(token);
    } else this.#fail("certificate", "its certificate is not the one that was offered");
  }

  #read(view: Uint8Array): boolean {
    if (this.#isWelcome) return this.#inbox.take(view);
    if (view[0] !== WELCOME || !this.#isShown) {
      this.#fail("refused", "it says something else");
      return false;
    }
    this.#isWelcome = true;
    this.#forget();
    const roundTripMs = monotonicMs() - this.#shownAtMs;
    this.#result.resolve(new DirectCarrier(this.#socket, this.#inbox, this.#target.peer, roundTripMs));
    return this.#inbox.take(view.subarray(1));
  }

  readonly #abort = (): void => this.#fail("aborted", "it is not wanted any more");

  #fail(code: DirectProblem["code"], reason: string): void {
    if (this.#isWelcome) return;
    this.#forget();
    this.#result.resolve({ type: "direct-problem", code, reason });
    this.#socket.destroy();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#target.signal?.removeEventListener("abort", this.#abort);
  }
}
