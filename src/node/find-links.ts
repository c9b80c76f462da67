import type { Connection, Stream } from "@libp2p/interface";
import { labelOf } from "../core/content/label.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import type { FindMessage } from "../core/wire/stream/find-message.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { Engine } from "./engine-types.ts";
import { FIND_PROTOCOL, FIND_VERSION, type FindSink, FindStream } from "./find-stream.ts";

/** A peer with an open find stream, over which its Hello came. */
export interface FindLink {
  readonly peer: string;
  /** What it calls itself, a label; empty for nothing. */
  readonly name: string;
  /** The other side's address, as the connection has it. */
  readonly address: string;
  /** Who opened the stream that made it a link. */
  readonly direction: "inbound" | "outbound";
}

/** Who hears of links. */
export interface LinkListener {
  opened?(link: FindLink): void;
  /** Any message but a Hello. */
  message?(peer: string, message: Exclude<FindMessage, { type: "hello" }>): void;
  closed?(peer: string): void;
  /** It sent what no honest peer sends, and its connections are ended. */
  fault?(peer: string, what: string): void;
}

interface Pair {
  /** The stream that is sent on, and then those that only bring what was on its way. */
  readonly streams: FindStream[];
  link: FindLink | undefined;
  /** Waits for the Hello. */
  readonly opening: PromiseWithResolvers<FindLink>;
}

/**
 * The find streams of this node: one a peer. If both sides open one at the same time, the one of the smaller peer id is
 * kept; the other brings what is on its way, and ends. A stream that comes later means that the peer has lost the first.
 */
export class FindLinks {
  readonly #engine: Engine;
  readonly #name: string;
  readonly #pairs = new Map<string, Pair>();
  /** Streams that this side is opening. */
  readonly #openings = new Map<string, Promise<FindLink>>();
  readonly #listeners: LinkListener[] = [];
  #droppedAnswers = 0;

  /** @param name for people, told to every neighbour; empty for none */
  constructor(engine: Engine, name: string) {
    this.#engine = engine;
    this.#name = labelOf(name);
  }

  /** Adds somebody who hears of links. */
  listen(listener: LinkListener): void {
    this.#listeners.push(listener);
  }

  /** Begins to take streams that others open. */
  async start(): Promise<void> {
    await this.#engine.libp2p.handle(FIND_PROTOCOL, this.#inbound, {
      maxInboundStreams: NETWORK.maxFindStreamsPerConnection,
      maxOutboundStreams: NETWORK.maxFindStreamsPerConnection,
      runOnLimitedConnection: true,
    });
  }

  /** Ends all streams, and takes no more. */
  async stop(): Promise<void> {
    await this.#engine.libp2p.unhandle(FIND_PROTOCOL);
    for (const peer of [...this.#pairs.keys()]) this.close(peer);
  }

  links(): FindLink[] {
    return [...this.#pairs.values()].flatMap(({ link }) => link ?? []);
  }

  /** Answers that were dropped because neighbours read too slowly. */
  get droppedAnswers(): number {
    let dropped = this.#droppedAnswers;
    for (const { streams } of this.#pairs.values()) for (const stream of streams) dropped += stream.droppedAnswers;
    return dropped;
  }

  link(peer: string): FindLink | undefined {
    return this.#pairs.get(peer)?.link;
  }

  /**
   * The link over a connection: the one that is there, or a new one, once the other side's Hello has come.
   * @throws CardumeError `no-find` (exit code 4) when it does not speak the find protocol, or says nothing
   */
  open(connection: Connection): Promise<FindLink> {
    const peer = connection.remotePeer.toString();
    const there = this.#pairs.get(peer)?.opening.promise ?? this.#openings.get(peer);
    if (there !== undefined) return there;
    const opening = this.#open(connection, peer).finally(() => this.#openings.delete(peer));
    this.#openings.set(peer, opening);
    return opening;
  }

  async #open(connection: Connection, peer: string): Promise<FindLink> {
    try {
      const stream = await connection.newStream(FIND_PROTOCOL, {
        signal: AbortSignal.timeout(NETWORK.handshakeMs),
        maxOutboundStreams: NETWORK.maxFindStreamsPerConnection,
        runOnLimitedConnection: true,
      });
      return await this.#take(stream, connection, true);
    } catch (cause) {
      if (cause instanceof CardumeError) throw cause;
      throw noFind(peer, (cause as Error).message, cause);
    }
  }

  /** Sends a message to a peer with a link; to any other it is not sent. */
  send(peer: string, message: FindMessage): void {
    this.#pairs.get(peer)?.streams[0]?.send(message);
  }

  /** Ends a peer's link, after what was to be sent. */
  close(peer: string): void {
    const pair = this.#pairs.get(peer);
    if (pair !== undefined) this.#gone(peer, pair);
  }

  /** A peer is known to have done what no honest one does: its connections are ended. */
  fault(peer: string, what: string): void {
    for (const listener of this.#listeners) listener.fault?.(peer, what);
    for (const stream of [...(this.#pairs.get(peer)?.streams ?? [])]) stream.abort(what);
    this.#engine.hangUp(peer);
  }

  readonly #inbound = (stream: Stream, connection: Connection): void => {
    void this.#take(stream, connection, false);
  };

  #take(stream: Stream, connection: Connection, isOutbound: boolean): Promise<FindLink> {
    const peer = connection.remotePeer.toString();
    const pair = this.#pairs.get(peer) ?? newPair();
    this.#pairs.set(peer, pair);
    const taken = new FindStream(stream, isOutbound, this.#sinkOf(peer, pair, connection));
    taken.send({ type: "hello", version: FIND_VERSION, name: this.#name });
    this.#place(pair, taken, peer);
    return pair.opening.promise;
  }

  /** Puts a new stream first, or behind the one that is kept. */
  #place({ streams }: Pair, taken: FindStream, peer: string): void {
    const [first] = streams;
    const isRace = first !== undefined && monotonicMs() - first.openedAtMs < NETWORK.findRaceMs;
    // Two streams of one side are never a race: the later one is the one it uses.
    const isOurs = this.#engine.peerId < peer;
    const keepsFirst = isRace && first.isOutbound !== taken.isOutbound && first.isOutbound === isOurs;
    if (keepsFirst) streams.push(taken);
    else streams.unshift(taken);
    for (const other of streams.slice(1)) other.retire();
  }

  #sinkOf(peer: string, pair: Pair, connection: Connection): FindSink {
    return {
      message: (stream, message) => {
        if (this.#pairs.get(peer) !== pair) return;
        if (message.type === "hello") this.#hello(peer, pair, connection, stream, message.name);
        else for (const listener of this.#listeners) listener.message?.(peer, message);
      },
      ended: (stream, fault) => {
        const at = pair.streams.indexOf(stream);
        if (at >= 0) pair.streams.splice(at, 1);
        this.#droppedAnswers += stream.droppedAnswers;
        if (fault !== undefined) this.fault(peer, fault);
        if (pair.streams.every((other) => other.isRetired)) this.#gone(peer, pair);
      },
    };
  }

  #hello(peer: string, pair: Pair, connection: Connection, stream: FindStream, name: string): void {
    if (pair.link !== undefined) return;
    pair.link = {
      peer,
      name: labelOf(name),
      address: connection.remoteAddr.toString(),
      direction: stream.isOutbound ? "outbound" : "inbound",
    };
    // Before anybody can end it again: it was open.
    pair.opening.resolve(pair.link);
    for (const listener of this.#listeners) listener.opened?.(pair.link);
  }

  /** No stream of it is sent on any more. */
  #gone(peer: string, pair: Pair): void {
    if (this.#pairs.get(peer) !== pair) return;
    this.#pairs.delete(peer);
    for (const stream of [...pair.streams]) stream.close();
    if (pair.link !== undefined) for (const listener of this.#listeners) listener.closed?.(peer);
    pair.opening.reject(noFind(peer, "it ended the stream before it said Hello"));
  }
}

function newPair(): Pair {
  const opening = Promise.withResolvers<FindLink>();
  // Nobody waits for a stream that the other side opened.
  opening.promise.catch(() => undefined);
  return { streams: [], link: undefined, opening };
}

const noFind = (peer: string, why: string, cause?: unknown): CardumeError =>
  new CardumeError("no-find", `${peer} is there, and takes no questions: ${why}`, { exitCode: 4, cause });
