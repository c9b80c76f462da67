import { Effects } from "../core/effects.ts";
import { CardumeError } from "../core/errors.ts";
import { ORIGINAL } from "../core/limits.ts";
import { PeerCore } from "../core/peer/peer-core.ts";
import type { PeerCounters, PeerEffect, PeerInput } from "../core/peer/peer-types.ts";
import { type Address, formatAddress, isPrivate, isUnicast } from "../core/wire/address.ts";
import { decodeDatagram } from "../core/wire/datagram/decode.ts";
import { encodeMessage } from "../core/wire/datagram/encode.ts";
import type { Dialect } from "../core/wire/datagram/message.ts";
import { REPORT } from "../core/wire/datagram/report-dialect.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { Waker } from "../runtime/waker.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { loadKeyValues } from "./load-key-values.ts";
import { Responder } from "./responder.ts";
import { UdpSocket } from "./udp-socket.ts";

/** What a peer process is started with. */
export interface PeerOptions {
  /** Where to listen; port 0 takes a free one. */
  readonly listen: Address;
  readonly keyValuesFile: string;
  readonly neighbours: readonly Address[];
  readonly ttlHops: number;
  readonly allowPublic: boolean;
  readonly dialect: Dialect;
  readonly log: PeerLog;
}

/** The part of a logger that a peer uses; pino's has it. */
export interface PeerLog {
  debug(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** A peer that runs. */
export interface RunningPeer {
  readonly address: Address;
  readonly holdings: ReadonlySet<number>;
  readonly counters: PeerCounters;
  /** Datagrams that say nothing. */
  readonly undecodable: number;
  /** Answers and Queries that the system refused to send; Responses are not counted. */
  readonly sendErrors: number;
  /** Reads the key-values file again; what it held stays in force when that fails, and why is thrown. */
  reload(): Promise<void>;
  stop(): void;
}

/**
 * Starts a peer of the original network: its key-values file, its socket, its core.
 * @throws CardumeError `key-values-unreadable`, `key-values-invalid`, `address-public`, `port-in-use`, …
 */
export async function startPeer(options: PeerOptions): Promise<RunningPeer> {
  for (const neighbour of options.neighbours) checkReachable(neighbour, options.allowPublic);
  const { places, warnings } = await loadKeyValues(options.keyValuesFile, options.dialect);
  for (const warning of warnings) options.log.warn({}, warning);
  const socket = await UdpSocket.bind(options.listen);
  const maxChunkBytes = options.dialect === "report" ? REPORT.maxChunkBytes : ORIGINAL.maxChunkBytes;
  return new PeerProcess(options, socket, new ChunkReader(places, maxChunkBytes), places.keys());
}

/**
 * Refuses an address that this network is not to send to.
 * @throws CardumeError `address-public`, `address-invalid`
 */
export function checkReachable(address: Address, allowPublic: boolean): void {
  if (!isUnicast(address))
    throw new CardumeError("address-invalid", `${formatAddress(address)} is not the address of one machine`);
  if (!allowPublic && !isPrivate(address))
    throw new CardumeError(
      "address-public",
      `${formatAddress(address)} is a public address; the original network stays on loopback and private ones unless --allow-public is given`,
    );
}

/** The seam between a {@link PeerCore}, its socket and its files: decodes, calls the core, performs the effects. */
class PeerProcess implements RunningPeer {
  readonly address: Address;
  undecodable = 0;
  readonly #options: PeerOptions;
  readonly #socket: UdpSocket;
  readonly #reader: ChunkReader;
  readonly #responder: Responder;
  readonly #core: PeerCore;
  readonly #effects = new Effects<PeerEffect>();
  readonly #waker: Waker;
  #stopped = false;
  #reloads = 0;

  constructor(options: PeerOptions, socket: UdpSocket, reader: ChunkReader, holdings: Iterable<number>) {
    this.address = socket.address;
    this.#options = options;
    this.#socket = socket;
    this.#reader = reader;
    this.#core = new PeerCore(
      {
        self: this.address,
        neighbours: options.neighbours,
        holdings,
        maxTtlHops: options.ttlHops,
        allowPublic: options.allowPublic,
        dialect: options.dialect,
      },
      monotonicMs(),
    );
    this.#responder = new Responder(socket, reader, options.dialect, {
      chunkLost: (id, reason) => this.#chunkLost(id, reason),
      dropped: (to) => options.log.debug({ client: formatAddress(to) }, "response dropped"),
    });
    this.#waker = new Waker(() => this.#handle({ type: "wake" }));
    socket.listen(
      (bytes, from) => this.#datagram(bytes, from),
      (error) => options.log.warn({ error: error.message }, "socket error"),
    );
  }

  get holdings(): ReadonlySet<number> {
    return this.#core.holdings;
  }

  get sendErrors(): number {
    return this.#socket.sendErrors;
  }

  get counters(): PeerCounters {
    return this.#core.counters;
  }

  async reload(): Promise<void> {
    const reload = ++this.#reloads;
    const { places, warnings } = await loadKeyValues(this.#options.keyValuesFile, this.#options.dialect);
    if (reload !== this.#reloads) return; // a later one has read what is there now
    for (const warning of warnings) this.#options.log.warn({}, warning);
    this.#reader.replace(places);
    this.#handle({ type: "holdings", ids: places.keys() });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#waker.stop();
    this.#responder.stop();
    this.#socket.close();
  }

  #datagram(bytes: Uint8Array, from: Address): void {
    const message = decodeDatagram(bytes);
    if (message.type === "decode-error") {
      this.undecodable++;
      return;
    }
    this.#handle({ type: "datagram", from, message });
  }

  #handle(input: PeerInput): void {
    if (this.#stopped) return;
    const effects = this.#effects;
    effects.clear();
    this.#core.handle(input, monotonicMs(), effects);
    for (const effect of effects.list) {
      if (effect.type === "respond") this.#responder.order(effect.to, effect.id);
      else {
        this.#socket.send(encodeMessage(effect.message, this.#options.dialect), effect.to);
        this.#options.log.debug({ to: formatAddress(effect.to), ...effect.message }, `sent ${effect.message.type}`);
      }
    }
    this.#waker.at(effects.wakeAtMs);
  }

  #chunkLost(id: number, reason: string): void {
    this.#options.log.warn(
      { id, path: this.#reader.placeOf(id)?.path },
      `chunk ${id} is not served any more: ${reason}`,
    );
    // Not from within a core's effects: the list that is being performed must not change.
    setImmediate(() => this.#handle({ type: "chunk-lost", id }));
  }
}
