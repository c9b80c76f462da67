import { geometryOf, sizeProblem } from "../core/content/geometry.ts";
import { NETWORK } from "../core/limits.ts";
import type { FetchChunkInfo } from "../core/wire/stream/fetch-message.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { Bitmap } from "../store/bitmap.ts";
import type { EarlySlice } from "./early-slice.ts";
import type { HolderStream } from "./holder-stream.ts";
import type { Holders } from "./holders.ts";
import type { HolderProgress } from "./node-types.ts";
import type { LastLeaf } from "./video-opening.ts";

/** What a holder's part in a fetch tells. */
export interface FetchHolderEvents {
  /** It was asked what it has. */
  asked(holder: FetchHolder): void;
  /** It has some of the video, or more of it. */
  told(holder: FetchHolder, info: FetchChunkInfo): void;
  /** It has nothing, cannot be reached, or has gone. */
  ended(holder: FetchHolder): void;
}

/** Who a holder is, and what it has sent in this fetch before. */
export interface HolderPast {
  readonly peer: string;
  readonly name: string;
  /** Bytes that came from it over streams that have ended. */
  readonly bytesBefore: number;
  readonly isGuess: boolean;
}

/** One holder in one fetch: the stream to it, and what it said of the video. */
export class FetchHolder {
  readonly peer: string;
  readonly number: number;
  readonly name: string;
  /** Bytes of bodies that came from it in this fetch. */
  receivedBytes: number;
  /** The video's size by its word; 0 before it spoke. */
  bytes = 0;
  /** What it has by its word; `undefined` before it spoke. */
  held: Bitmap | undefined;
  /** Between our Hello and its ChunkInfo, or what the carrier knows that is shorter. */
  roundTripMs = 0;
  state: HolderProgress["state"] = "connecting";
  reason: string | undefined;
  /** It was reached, and does not have the video. */
  hasNothing = false;
  stream: HolderStream | undefined;
  /** The last leaf that it was asked for together with the video. */
  lastLeaf: Promise<LastLeaf | "none"> | undefined;
  /** A slice of the beginning that it was asked for as well; taken over once. */
  early: EarlySlice | undefined;
  /** The fetch asks it. */
  isAttached = false;
  /** Nobody has named it: it is asked because a stream to it is open. */
  isGuess: boolean;
  /** The video's number on the stream. */
  video = 0;
  readonly #holders: Holders;
  readonly #events: FetchHolderEvents;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    { peer, name, bytesBefore, isGuess }: HolderPast,
    number: number,
    holders: Holders,
    events: FetchHolderEvents,
  ) {
    this.peer = peer;
    this.name = name;
    this.receivedBytes = bytesBefore;
    this.isGuess = isGuess;
    this.number = number;
    this.#holders = holders;
    this.#events = events;
  }

  /** Whether it is, or may soon be, of use. */
  get isAlive(): boolean {
    return this.state === "connecting" || this.state === "serving";
  }

  /** Connects and opens the video. */
  async connect(id: Uint8Array, addresses: readonly string[]): Promise<void> {
    let stream: HolderStream;
    try {
      stream = await this.#holders.acquire(this.peer, addresses);
    } catch (error) {
      this.end("gone", (error as Error).message);
      return;
    }
    if (!this.isAlive) {
      this.#holders.release(this.peer, stream);
      return;
    }
    this.stream = stream;
    if (stream.ended !== undefined) {
      this.end("gone", stream.ended);
      return;
    }
    const askedAtMs = monotonicMs();
    this.#timer = setTimeout(() => this.end("gone", "it did not say what it has"), NETWORK.openVideoMs);
    this.video = stream.open(id, {
      chunkInfo: (info) => this.#told(info, monotonicMs() - askedAtMs),
      ended: (reason) => this.end("gone", reason),
    });
    this.#events.asked(this);
  }

  /** Leaves it, and says why. */
  end(state: "gone" | "dropped", reason: string): void {
    if (!this.isAlive) return;
    this.state = state;
    this.reason = reason;
    clearTimeout(this.#timer);
    if (this.stream !== undefined) {
      this.stream.close(this.video);
      this.#holders.release(this.peer, this.stream);
    }
    this.#events.ended(this);
  }

  #told(info: FetchChunkInfo, roundTripMs: number): void {
    if (info.bytes === 0) {
      this.hasNothing = this.held === undefined;
      this.end("gone", "it does not have the video");
      return;
    }
    if (sizeProblem(info.bytes) !== undefined || (this.bytes !== 0 && this.bytes !== info.bytes)) {
      this.end("dropped", "it says an impossible size");
      return;
    }
    if (this.held === undefined) {
      clearTimeout(this.#timer);
      // With its Hello the holder may have had files to open.
      this.roundTripMs = Math.min(roundTripMs, this.stream?.carrier.roundTripMs ?? Number.POSITIVE_INFINITY);
      this.state = "serving";
      this.isGuess = false;
      this.bytes = info.bytes;
      this.held = new Bitmap(geometryOf(info.bytes).chunks);
    }
    this.#note(this.held, info);
    this.#events.told(this, info);
  }

  #note(held: Bitmap, { firstChunk, bitmap }: FetchChunkInfo): void {
    const { chunks } = geometryOf(this.bytes);
    for (let bit = 0; bit < 8 * bitmap.length && firstChunk + bit < chunks; bit++)
      if ((((bitmap[bit >> 3] as number) >> (bit & 7)) & 1) === 1) held.add(firstChunk + bit);
  }
}
