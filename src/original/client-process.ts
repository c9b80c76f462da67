import { ClientCore } from "../core/client/client-core.ts";
import type {
  ClientCounters,
  ClientEffect,
  ClientEvent,
  ClientInput,
  HolderReport,
} from "../core/client/client-types.ts";
import { Effects } from "../core/effects.ts";
import { SHELLS } from "../core/limits.ts";
import { type Address, addressOf } from "../core/wire/address.ts";
import { decodeDatagram } from "../core/wire/datagram/decode.ts";
import { encodeMessage } from "../core/wire/datagram/encode.ts";
import type { Dialect, Message } from "../core/wire/datagram/message.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { Waker } from "../runtime/waker.ts";
import type { ChunkLog } from "./chunk-log.ts";
import type { ChunkSink } from "./chunk-sink.ts";
import { localIpTowards, UdpSocket } from "./udp-socket.ts";

/** What a client is run with. */
export interface ClientOptions {
  readonly contact: Address;
  /** The wanted chunk ids in their order, each once. */
  readonly ids: readonly number[];
  readonly order: "rarest" | "sequence";
  readonly dialect: Dialect;
  readonly allowPublic: boolean;
  readonly sinks: readonly ChunkSink[];
  readonly log: ChunkLog;
  /** The client's own address, learnt by {@link localIpTowards}. */
  readonly localIp: number;
  /** Ends the fetch early; what came is kept. */
  readonly signal?: AbortSignal;
  readonly onChunk?: (chunk: ArrivedChunk) => void;
  readonly onEvent?: (event: ClientEvent) => void;
  /** For tests and benchmarks of loss: whether this datagram is to be thrown away on arrival. */
  readonly drop?: () => boolean;
}

/** A chunk that came. */
export interface ArrivedChunk {
  readonly id: number;
  readonly from: Address;
  readonly bytes: number;
}

/** How a fetch ended. Times in ms. */
export interface ClientResult {
  readonly received: number;
  readonly receivedBytes: number;
  /** Wanted ids that did not come, in the wanted order. */
  readonly missing: readonly number[];
  readonly aborted: boolean;
  /** True when it was aborted and a sink's reader takes nothing any more: its write is still under way. */
  readonly stuck: boolean;
  /** What ended it before its time: a sink that could take no more, or a broken socket. */
  readonly error: Error | undefined;
  /** From the first Hello to the last chunk. */
  readonly fetchMs: number;
  readonly holders: readonly HolderReport[];
  readonly counters: ClientCounters;
}

/** The address that others see of a client of this contact peer. @throws CardumeError `no-route` */
export const clientIp = (contact: Address): Promise<number> => localIpTowards(contact);

/**
 * Runs a client of the original network until every wanted chunk has come or nobody is left to ask. The sinks and the
 * log are finished when it resolves.
 * @throws CardumeError `port-refused`, or what the log's writing failed with
 */
export async function runClient(options: ClientOptions): Promise<ClientResult> {
  const socket = await UdpSocket.bind(addressOf(options.localIp, 0)).catch(async (error: unknown) => {
    await options.log.finish(options.ids);
    throw error;
  });
  const client = new ClientProcess(options, socket);
  await client.done;
  socket.close();
  return await client.finish();
}

/** Between the end of a reader and the signal that ended it, in ms. */
const SIGNAL_MS = 50;

/** Settles a little after the signal, never without one. */
function graceAfter(signal: AbortSignal | undefined): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const start = (): void => void setTimeout(() => resolve(undefined), SHELLS.abortGraceMs).unref();
  if (signal?.aborted === true) start();
  else signal?.addEventListener("abort", start, { once: true });
  return promise;
}

/** The seam between a {@link ClientCore}, its socket, its sinks and its log. */
class ClientProcess {
  readonly done: Promise<void>;
  readonly #options: ClientOptions;
  readonly #socket: UdpSocket;
  readonly #core: ClientCore;
  readonly #effects = new Effects<ClientEffect>();
  readonly #waker: Waker;
  readonly #end: () => void;
  #ended = false;
  #error: Error | undefined;
  #received = 0;
  #receivedBytes = 0;
  readonly #startedAtMs = monotonicMs();
  #lastChunkAtMs = Number.NaN;

  constructor(options: ClientOptions, socket: UdpSocket) {
    this.#options = options;
    this.#socket = socket;
    const { contact, ids, order, dialect, allowPublic } = options;
    const receiveBufferBytes = socket.receiveBufferBytes;
    this.#core = new ClientCore({ contact, ids, order, dialect, allowPublic, receiveBufferBytes });
    this.#waker = new Waker(() => this.#handle({ type: "wake" }, undefined));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#end = resolve;
    for (const sink of options.sinks) {
      sink.onLimit = () => this.#limit();
      sink.onError = (error) => this.#stop(error);
    }
    options.signal?.addEventListener("abort", () => this.#stop(undefined), { once: true });
    socket.listen(
      (bytes, from) => this.#datagram(bytes, from),
      (error) => this.#stop(error),
    );
    this.#limit();
    this.#handle({ type: "start" }, undefined);
    if (options.signal?.aborted === true) this.#stop(undefined);
  }

  async finish(): Promise<ClientResult> {
    const { sinks, log, signal } = this.#options;
    const missing = this.#core.missing;
    // The log never waits for a reader of the output; and after Ctrl-C nothing waits for it long.
    const sunk = Promise.allSettled(sinks.map((sink) => sink.finish()));
    await log.finish(missing);
    const outcomes = await Promise.race([sunk, graceAfter(signal)]);
    // A reader that a terminal's Ctrl-C has ended is seen before the signal itself, which is given a moment.
    if (outcomes?.some(({ status }) => status === "rejected") === true && signal?.aborted === false)
      await new Promise((resolve) => setTimeout(resolve, SIGNAL_MS));
    for (const outcome of outcomes ?? []) if (outcome.status === "rejected") this.#error ??= outcome.reason as Error;
    return {
      received: this.#received,
      receivedBytes: this.#receivedBytes,
      missing,
      aborted: signal?.aborted === true,
      stuck: outcomes === undefined,
      error: this.#error,
      fetchMs: this.#received === 0 ? 0 : this.#lastChunkAtMs - this.#startedAtMs,
      holders: this.#core.holders(),
      counters: this.#core.counters,
    };
  }

  #stop(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#waker.stop();
    this.#end();
  }

  #limit(): void {
    let place = Infinity;
    for (const { limit } of this.#options.sinks) if (limit < place) place = limit;
    // Sinks change their limit while a chunk is being handed to them: the core is told a turn later.
    setImmediate(() => this.#handle({ type: "limit", place }, undefined));
  }

  #datagram(bytes: Uint8Array, from: Address): void {
    if (this.#options.drop?.() === true) return;
    const message = decodeDatagram(bytes);
    if (message.type !== "decode-error") this.#handle({ type: "datagram", from, message }, bytes);
  }

  #handle(input: ClientInput, datagram: Uint8Array | undefined): void {
    if (this.#ended) return;
    const effects = this.#effects;
    effects.clear();
    this.#core.handle(input, monotonicMs(), effects);
    for (const effect of effects.list) {
      switch (effect.type) {
        case "send":
          this.#socket.send(encodeMessage(effect.message, this.#options.dialect), effect.to);
          break;
        case "chunk":
          this.#keep(effect, (input as { message: Message }).message, datagram as Uint8Array);
          break;
        case "event":
          this.#event(effect.event);
          break;
        case "done":
          this.#stop(undefined);
          break;
      }
    }
    if (!this.#ended) this.#waker.at(effects.wakeAtMs);
  }

  #keep(effect: { id: number; place: number; from: Address }, message: Message, datagram: Uint8Array): void {
    const { offset, sizeBytes } = message as { offset: number; sizeBytes: number };
    const chunk = datagram.subarray(offset, offset + sizeBytes);
    this.#received++;
    this.#receivedBytes += sizeBytes;
    this.#lastChunkAtMs = monotonicMs();
    this.#options.log.arrived(effect.from, effect.id);
    for (const sink of this.#options.sinks) sink.take(effect.place, effect.id, chunk);
    this.#options.onChunk?.({ id: effect.id, from: effect.from, bytes: sizeBytes });
  }

  #event(event: ClientEvent): void {
    if (event.name === "chunk-failed") for (const sink of this.#options.sinks) sink.skip(event.place);
    this.#options.onEvent?.(event);
  }
}
