import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { Carrier } from "./carrier.ts";
import { CarrierInbox } from "./carrier-inbox.ts";
import { makeCertificate } from "./certificate.ts";
import { DirectCarrier } from "./direct-carrier.ts";
import { type DirectOffer, TOKEN_BYTES, WELCOME } from "./direct-messages.ts";
import { DirectOffers } from "./direct-offers.ts";
import { DIRECT_TLS, KEEP_ALIVE_MS } from "./direct-tls.ts";

/** Where to listen, and who takes the carriers. */
export interface DirectServerOptions {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** Called with every socket that has shown a good token. */
  readonly onCarrier: (carrier: Carrier) => void;
  /** The clock by which offers run out; for tests. */
  readonly nowMs?: () => number;
}

/** Why sockets were closed before they were carriers. */
export interface DirectCounters {
  /** Too many unproven ones, in all or from one address. */
  crowded: number;
  /** TLS failed: another version, or no TLS at all. */
  handshake: number;
  /** No token in time. */
  late: number;
  /** A token that was never out, was used, or has run out. */
  wrongToken: number;
}

/** The holder's side of the direct carrier. */
export interface DirectServer {
  /** Where it listens. */
  readonly port: number;
  readonly counters: Readonly<DirectCounters>;
  /** Sockets that have not shown a token. */
  readonly unproven: number;
  /** Open carriers. */
  readonly carriers: number;
  /** What to tell a client over its libp2p connection; `undefined` when it has enough already, or all have. */
  offer(peer: string): DirectOffer | undefined;
  /** Stops listening, and ends everything. */
  close(): Promise<void>;
}

/**
 * Starts to listen for direct sockets, with a certificate of its own.
 * @throws CardumeError `port-unavailable` (exit code 5)
 */
export async function startDirectServer(options: DirectServerOptions): Promise<DirectServer> {
  const door = new Door(options);
  await door.listen(options);
  return door;
}

class Door implements DirectServer {
  readonly counters: DirectCounters = { crowded: 0, handshake: 0, late: 0, wrongToken: 0 };
  readonly #certificate = makeCertificate();
  readonly #offers = new DirectOffers();
  readonly #tcp: Server;
  readonly #tls: ReturnType<typeof createTlsServer>;
  readonly #onCarrier: (carrier: Carrier) => void;
  readonly #nowMs: () => number;
  /** Unproven sockets by their other ends. */
  readonly #unproven = new Map<string, Unproven>();
  readonly #sockets = new Set<Socket>();
  /** Open carriers of each peer. */
  readonly #carriers = new Map<string, number>();

  constructor({ onCarrier, nowMs = monotonicMs }: DirectServerOptions) {
    this.#onCarrier = onCarrier;
    this.#nowMs = nowMs;
    const { certificate, key } = this.#certificate;
    this.#tls = createTlsServer({ ...DIRECT_TLS, cert: certificate, key, honorCipherOrder: true });
    this.#tls.on("tlsClientError", () => this.counters.handshake++);
    this.#tls.on("secureConnection", (socket) => this.#secured(socket));
    this.#tcp = createTcpServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    this.#tcp.on("connection", (socket) => this.#connected(socket));
  }

  get port(): number {
    const address = this.#tcp.address();
    return address === null || typeof address === "string" ? 0 : address.port;
  }

  get unproven(): number {
    return this.#unproven.size;
  }

  get carriers(): number {
    return [...this.#carriers.values()].reduce((sum, count) => sum + count, 0);
  }

  listen({ host, port }: DirectServerOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tcp.once("error", (cause) => {
        const message = `cannot listen for direct connections on ${host} port ${port}: ${cause.message}`;
        reject(new CardumeError("port-unavailable", message, { exitCode: 5, cause }));
      });
      this.#tcp.listen({ host, port }, () => {
        // Later ones are of single connections that could not be accepted.
        this.#tcp.on("error", () => this.counters.crowded++);
        resolve();
      });
    });
  }

  offer(peer: string): DirectOffer | undefined {
    const nowMs = this.#nowMs();
    const taken = (this.#carriers.get(peer) ?? 0) + this.#offers.countOf(peer, nowMs);
    const token = taken < NETWORK.maxDirectPerPeer && this.#tcp.listening ? this.#offers.make(peer, nowMs) : undefined;
    return token && { port: this.port, fingerprint: this.#certificate.fingerprint, token };
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#tcp.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    return closed;
  }

  #connected(socket: Socket): void {
    const address = socket.remoteAddress;
    if (address === undefined) {
      // It has gone already.
      socket.destroy();
      return;
    }
    const fromThere = [...this.#unproven.values()].filter((one) => one.address === address).length;
    if (this.#unproven.size >= NETWORK.maxUnprovenSockets || fromThere >= NETWORK.maxUnprovenSocketsPerAddress) {
      this.counters.crowded++;
      socket.destroy();
      return;
    }
    const end = endOf(socket);
    const timer = setTimeout(() => {
      this.counters.late++;
      this.#forget(end);
      socket.destroy();
    }, NETWORK.unprovenSocketMs);
    this.#unproven.set(end, { address, timer });
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#forget(end);
    });
    this.#tls.emit("connection", socket);
  }

  #secured(socket: TLSSocket): void {
    const end = endOf(socket);
    const inbox = new CarrierInbox(() => socket.resume());
    let shown = Buffer.alloc(0);
    let isProven = false;
    socket.on("error", () => undefined);
    socket.on("close", () => this.#forget(end));
    socket.on("data", (view: Buffer) => {
      let rest = view;
      if (!isProven) {
        shown = Buffer.concat([shown, view]);
        if (shown.length < TOKEN_BYTES) return;
        isProven = this.#prove(socket, inbox, shown.subarray(0, TOKEN_BYTES), end);
        rest = shown.subarray(TOKEN_BYTES);
        shown = Buffer.alloc(0);
        if (!isProven) return;
      }
      if (!inbox.take(rest)) socket.pause();
    });
  }

  /** Makes a carrier of a socket whose token is good, and ends any other. */
  #prove(socket: TLSSocket, inbox: CarrierInbox, token: Uint8Array, end: string): boolean {
    const peer = this.#offers.redeem(token, this.#nowMs());
    if (peer === undefined) {
      this.counters.wrongToken++;
      socket.destroy();
      return false;
    }
    this.#forget(end);
    this.#carriers.set(peer, (this.#carriers.get(peer) ?? 0) + 1);
    socket.on("close", () => {
      const left = (this.#carriers.get(peer) ?? 0) - 1;
      if (left > 0) this.#carriers.set(peer, left);
      else this.#carriers.delete(peer);
    });
    socket.write(Uint8Array.of(WELCOME));
    this.#onCarrier(new DirectCarrier(socket, inbox, peer));
    return true;
  }

  #forget(end: string): void {
    clearTimeout(this.#unproven.get(end)?.timer);
    this.#unproven.delete(end);
  }
}

/** A socket that has not shown a token. */
interface Unproven {
  readonly address: string;
  readonly timer: NodeJS.Timeout;
}

/** The other end of a socket, the same for the TCP socket and the TLS socket over it. */
const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
