import { geometryOf, sizeProblem } from "../core/content/geometry.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import { NETWORK } from "../core/limits.ts";
import { TokenBucket } from "../core/peer/token-bucket.ts";
import { decodeFetch, encodeFetch } from "../core/wire/stream/fetch-codec.ts";
import type { FetchChunkInfo, FetchMessage, ResponseHead, ResponseStatus } from "../core/wire/stream/fetch-message.ts";
import type { FrameError } from "../core/wire/stream/find-message.ts";
import { FrameReader } from "../core/wire/stream/frame-reader.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { Carrier } from "./carrier.ts";

/**
 * Who waits for one Response. Exactly one of `arrived`, `refused` and `lost` is called; after it was cancelled only the
 * bytes that came all the same are told.
 */
export interface ResponseTaker {
  /** The least and the most bytes that the body may have. */
  readonly minBytes: number;
  readonly maxBytes: number;
  /** Sibling hashes that it has to have; `undefined`: the size of the video is not known yet. */
  readonly proofHashes: number | undefined;
  /** @returns the memory that the body goes to, of just that size; `undefined`: it is thrown away */
  begins(proof: Uint8Array, bodyBytes: number): Uint8Array | undefined;
  /** Bytes of the body that have come so far. */
  comes(bytes: number): void;
  arrived(): void;
  refused(status: Exclude<ResponseStatus, "ok">): void;
  /** The stream has ended. */
  lost(): void;
}

/** Who is told what a holder has of one video. */
export interface HoldingsTaker {
  chunkInfo(info: FetchChunkInfo): void;
  /** The stream has ended. */
  ended(reason: string): void;
}

/** A video that is open here. */
interface Opened {
  readonly taker: HoldingsTaker;
  /** Each ChunkInfo is work: for a bitmap of a large video a tenth of a millisecond and more. */
  readonly infos: TokenBucket;
  /** The size that the holder says; `undefined` until it has said one. */
  bytes: number | undefined;
}

/** What was ordered, and what came of it. */
export type GetOrder = {
  readonly chunk: number;
  readonly firstLeaf: number;
  readonly leaves: number;
  readonly priority: number;
};

/**
 * The client's side of one fetch stream: opens videos, orders slices, and lets bodies through to where they belong. What
 * the holder says that was not asked for, or not in this form, ends the stream.
 */
export class HolderStream {
  readonly carrier: Carrier;
  readonly #videos = new Map<number, Opened>();
  readonly #waiting = new Map<number, ResponseTaker>();
  /** Given up, but their Responses may still come. */
  readonly #cancelled = new Map<number, ResponseTaker>();
  readonly #reader: FrameReader;
  readonly #frames = new TokenBucket(NETWORK.fetchFrameBurst, NETWORK.fetchFramesPerSecond, monotonicMs());
  readonly #onEnd: (reason: string) => void;
  #numbers = 0;
  #requests = 0;
  /** The Response under way. */
  #request = 0;
  #taker: ResponseTaker | undefined;
  #body: Uint8Array | undefined;
  #came = 0;
  /** The memory that the carrier reads into. */
  #read: Buffer = Buffer.alloc(0);
  #ended: string | undefined;
  /** Complaints that have not left. */
  #complaints = 0;

  /** @param onEnd called once when it has ended, last of all */
  constructor(carrier: Carrier, onEnd: (reason: string) => void) {
    this.carrier = carrier;
    this.#onEnd = onEnd;
    this.#reader = new FrameReader(
      {
        frame: (type, payload) => this.#frame(type, payload),
        responseBegins: (head) => this.#responseBegins(head),
        responseBytes: (bytes) => this.#responseBytes(bytes),
        responseEnds: () => this.#responseEnds(),
      },
      NETWORK.maxFetchFrameBytes,
    );
    carrier.start({
      bytes: (view) => {
        const error = this.#reader.read(view);
        if (error !== undefined && this.#ended === undefined)
          this.end(`it sent what is no fetch protocol (${error.code})`);
      },
      ended: (reason) => this.#end(reason ?? "it ended the stream"),
    });
  }

  /** Why it has ended; `undefined`: it has not. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Videos that are open here, and requests that are not answered yet, those taken back included. */
  get sizes(): { readonly videos: number; readonly requests: number } {
    return { videos: this.#videos.size, requests: this.#waiting.size + this.#cancelled.size };
  }

  /** Opens a video: it is answered with a ChunkInfo. @returns the number by which both speak of it here */
  open(id: Uint8Array, taker: HoldingsTaker): number {
    const number = ++this.#numbers;
    const infos = new TokenBucket(NETWORK.chunkInfoBurst, NETWORK.chunkInfosPerSecond, monotonicMs());
    this.#videos.set(number, { taker, infos, bytes: undefined });
    this.#send({ type: "hello", version: 1, videos: [{ number, id }] });
    return number;
  }

  /** Tells this taker no more, nor does the holder. What was ordered of the video is still answered, mostly `refused`. */
  close(number: number): void {
    if (this.#videos.delete(number)) this.#send({ type: "close", number });
  }

  /** Tells the holder that what it sent of a chunk did not verify: it may not know. Before {@link close} and {@link end}. */
  complain(number: number, chunk: number): void {
    if (this.#ended !== undefined || !this.#videos.has(number)) return;
    this.#complaints++;
    this.carrier.send([encodeFetch({ type: "complaint", number, chunk })], () => this.#complaints--);
  }

  /** Orders a slice. @returns the request's number on this stream */
  get(number: number, order: GetOrder, taker: ResponseTaker): number {
    const request = this.#wait(taker);
    const { chunk, firstLeaf, leaves, priority } = order;
    this.#send({ type: "get", request, number, chunk, firstLeaf, leaves, priority });
    return request;
  }

  /** Orders a video's manifest. */
  getManifest(number: number, taker: ResponseTaker): number {
    const request = this.#wait(taker);
    this.#send({ type: "get-manifest", request, number });
    return request;
  }

  /** Takes an order back: its taker hears no more of it, and what still comes is thrown away. */
  cancel(request: number): void {
    const taker = this.#waiting.get(request);
    if (taker === undefined) return;
    this.#waiting.delete(request);
    this.#cancelled.set(request, taker);
    if (this.#taker === taker) this.#body = undefined;
    this.#send({ type: "cancel", request });
    if (this.#cancelled.size > NETWORK.maxCancelled) this.end("it answers nothing that was taken back");
  }

  /** Ends it at once, but for a complaint that still has to leave. */
  end(reason: string): void {
    if (this.#complaints > 0) void this.carrier.close();
    else this.carrier.destroy(reason);
    this.#end(reason);
  }

  #wait(taker: ResponseTaker): number {
    this.#requests = (this.#requests + 1) >>> 0;
    const request = this.#requests;
    this.#waiting.set(request, taker);
    return request;
  }

  #send(message: FetchMessage): void {
    if (this.#ended === undefined) this.carrier.send([encodeFetch(message)]);
  }

  #frame(type: number, payload: Uint8Array): FrameError | undefined {
    if (this.#ended !== undefined || !this.#frames.take(monotonicMs())) return TOO_MUCH;
    const message = decodeFetch(type, payload);
    if (message === undefined || message.type === "frame-error") return message;
    return message.type === "chunk-info" ? this.#chunkInfo(message) : undefined;
  }

  #chunkInfo(info: FetchChunkInfo): FrameError | undefined {
    const opened = this.#videos.get(info.number);
    // One that was closed here may have been told of meanwhile.
    if (opened === undefined) return undefined;
    if (info.bytes === 0) this.#videos.delete(info.number);
    else if (!opened.infos.take(monotonicMs())) return TOO_MUCH;
    else if (info.bytes !== (opened.bytes ?? info.bytes) || !isWithin(info)) return MALFORMED;
    opened.bytes = info.bytes;
    opened.taker.chunkInfo(info);
    return undefined;
  }

  #responseBegins(head: ResponseHead): FrameError | undefined {
    const { request, status, proof, bodyBytes } = head;
    const isWanted = this.#waiting.has(request);
    const taker = this.#waiting.get(request) ?? this.#cancelled.get(request);
    if (taker === undefined) return MALFORMED;
    if (status !== "ok") {
      this.#forget(request);
      if (isWanted) taker.refused(status);
      return undefined;
    }
    const isSound = taker.proofHashes === undefined || proof.length === taker.proofHashes * HASH_BYTES;
    if (!isSound || bodyBytes < taker.minBytes || bodyBytes > taker.maxBytes) return MALFORMED;
    this.#request = request;
    this.#taker = taker;
    this.#came = 0;
    const memory = taker.begins(proof, bodyBytes);
    this.#body = isWanted ? memory : undefined;
    return undefined;
  }

  #responseBytes(bytes: Uint8Array): void {
    const { buffer, byteOffset, length } = bytes;
    if (this.#body !== undefined) {
      if (this.#read.buffer !== buffer) this.#read = Buffer.from(buffer);
      // `set` takes twice as long into shared memory.
      this.#read.copy(this.#body, this.#came, byteOffset, byteOffset + length);
    }
    this.#came += length;
    this.#taker?.comes(this.#came);
  }

  #responseEnds(): void {
    const taker = this.#taker;
    this.#taker = undefined;
    this.#body = undefined;
    if (taker === undefined) return;
    this.#forget(this.#request);
    taker.arrived();
  }

  #forget(request: number): void {
    this.#waiting.delete(request);
    this.#cancelled.delete(request);
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    const lost = [...this.#waiting.values()];
    const told = [...this.#videos.values()];
    this.#waiting.clear();
    this.#cancelled.clear();
    this.#videos.clear();
    this.#body = undefined;
    for (const taker of lost) taker.lost();
    for (const { taker } of told) taker.ended(reason);
    this.#onEnd(reason);
  }
}

/** Whether a bitmap has no more bits than the video by its size; of an impossible size its taker makes nothing. */
const isWithin = ({ bytes, firstChunk, bitmap }: FetchChunkInfo): boolean =>
  sizeProblem(bytes) !== undefined || firstChunk + 8 * bitmap.length <= 8 * Math.ceil(geometryOf(bytes).chunks / 8);

const MALFORMED: FrameError = { type: "frame-error", code: "malformed" };
const TOO_MUCH: FrameError = { type: "frame-error", code: "too-large" };
