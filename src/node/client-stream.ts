import { type Geometry, LEAF_BYTES } from "../core/content/geometry.ts";
import { encodeManifest } from "../core/content/manifest.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import {
  lastLeafOf,
  type Slice,
  sliceLength,
  sliceProblem,
  sliceProof,
  sliceProofHashes,
} from "../core/content/proof.ts";
import { NETWORK } from "../core/limits.ts";
import { TokenBucket } from "../core/peer/token-bucket.ts";
import { FRAME_HEAD_BYTES } from "../core/wire/stream/byte-writer.ts";
import { decodeFetch, encodeFetch, encodeResponseHead, RESPONSE_HEAD_BYTES } from "../core/wire/stream/fetch-codec.ts";
import {
  type FetchGet,
  type FetchHello,
  type FetchMessage,
  type GetManifest,
  LAST_LEAF,
  type OpenedVideo,
  type ResponseStatus,
} from "../core/wire/stream/fetch-message.ts";
import type { FrameError } from "../core/wire/stream/find-message.ts";
import { FrameReader } from "../core/wire/stream/frame-reader.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { sha256 } from "../runtime/crypto.ts";
import { type ChunkStore, isReadProblem } from "../store/chunk-store.ts";
import type { BodyBuffer, BodyBuffers } from "./body-buffers.ts";
import type { Carrier } from "./carrier.ts";
import { ClientVideo } from "./client-video.ts";
import type { ServedVideos } from "./served-videos.ts";

/** What a client's stream asks of the service that it belongs to. */
export interface ClientStreamParts {
  readonly videos: ServedVideos;
  readonly buffers: BodyBuffers;
  /** Orders a Response from the queue that all clients share. */
  order(request: number, bytes: number, priority: number): void;
  /** Takes one back: if it was still waiting, it is refused by {@link ClientStream.refuse}. */
  cancel(request: number): void;
  /** What was ordered has left, or never will. @param sentBytes what really left */
  left(orderedBytes: number, sentBytes: number): void;
  /** So many more bytes of replies wait, or fewer. @returns the most that may wait on one stream now */
  replies(bytes: number): number;
  /** Bytes of a chunk were sent, and the client says that they are wrong. */
  complain(id: Uint8Array, chunk: number): void;
  /** Called once. */
  ended(reason: string): void;
  count(cause: string): void;
}

/** A request that is not answered yet. */
interface Wanted {
  readonly bytes: number;
  readonly video: ClientVideo;
  /** `undefined`: the manifest. */
  readonly slice: Slice | undefined;
}

/** A Response that can be sent. */
interface Answer {
  readonly parts: readonly Uint8Array[];
  /** Memory that is given back when it has left. */
  readonly buffer: BodyBuffer | undefined;
}

/** The holder's side of one fetch stream: tells what is held, and answers each request once. */
export class ClientStream {
  readonly carrier: Carrier;
  readonly #parts: ClientStreamParts;
  readonly #reader: FrameReader;
  readonly #frames = new TokenBucket(NETWORK.fetchFrameBurst, NETWORK.fetchFramesPerSecond, monotonicMs());
  /** By their numbers; also those that are being opened. */
  readonly #videos = new Map<number, ClientVideo>();
  readonly #wanted = new Map<number, Wanted>();
  /** Opened one after the other: a client that opens and closes without end keeps one file busy. */
  readonly #opening: ClientVideo[] = [];
  #unreadBytes = 0;
  #isEnded = false;

  constructor(carrier: Carrier, parts: ClientStreamParts) {
    this.carrier = carrier;
    this.#parts = parts;
    this.#reader = new FrameReader(
      { frame: (type, payload) => this.#frame(type, payload) },
      NETWORK.maxFetchFrameBytes,
    );
  }

  /** Requests that are not answered yet. */
  get requests(): number {
    return this.#wanted.size;
  }

  /** Begins to take what comes. */
  start(): void {
    this.carrier.start({
      bytes: (view) => {
        const error = this.#reader.read(view);
        if (error === undefined || this.#isEnded) return;
        this.#parts.count(`client-frame-${error.code}`);
        this.end(`it sent what is no fetch protocol (${error.code})`);
      },
      ended: (reason) => this.#ended(reason ?? "it ended the stream"),
    });
  }

  /** Ends it at once. */
  end(reason: string): void {
    this.carrier.destroy(reason);
    this.#ended(reason);
  }

  /** Answers a request whose turn has come. */
  async respond(request: number): Promise<void> {
    const wanted = this.#wanted.get(request);
    if (wanted === undefined) return;
    const { video, slice, bytes } = wanted;
    const answer = video.isClosed
      ? "busy"
      : await this.#parts.videos.use(video.id, (store) =>
          slice === undefined ? manifestAnswer(request, store) : this.#sliceAnswer(request, store, slice),
        );
    if (typeof answer !== "string" && !this.#isEnded && !video.isClosed) {
      this.#send(request, wanted, answer);
      return;
    }
    if (typeof answer !== "string") this.#giveBack(answer);
    this.#parts.left(bytes, 0);
    this.refuse(request, answer === "not-held" && !video.isClosed ? "not-held" : "refused");
  }

  /** Tells that a request is not answered with bytes, if it is still to be answered. */
  refuse(request: number, status: Exclude<ResponseStatus, "ok"> = "refused"): void {
    if (this.#wanted.delete(request)) this.#answerWithout(request, status);
  }

  #answerWithout(request: number, status: Exclude<ResponseStatus, "ok">): void {
    this.#parts.count(`answered-${status}`);
    this.#reply(encodeResponseHead({ type: "response", request, status, proof: NO_BYTES, bodyBytes: 0 }));
  }

  #send(request: number, { bytes, video, slice }: Wanted, answer: Answer): void {
    this.#wanted.delete(request);
    if (slice !== undefined) video.sent(slice.chunk);
    const length = answer.parts.reduce((sum, part) => sum + part.length, 0);
    this.carrier.send(answer.parts, (isSent) => {
      this.#giveBack(answer);
      this.#parts.left(bytes, isSent ? length : 0);
    });
  }

  #giveBack({ buffer }: Answer): void {
    if (buffer !== undefined) this.#parts.buffers.give(buffer);
  }

  async #sliceAnswer(request: number, store: ChunkStore, slice: Slice): Promise<Answer | "not-held"> {
    const { geometry } = store.manifest;
    const proof = await proofOf(store, slice);
    if (proof === undefined) return "not-held";
    const bodyBytes = sliceLength(slice, geometry);
    const buffer = this.#parts.buffers.take(bodyBytes);
    const position = slice.chunk * geometry.chunkBytes + slice.firstLeaf * LEAF_BYTES;
    const isRead = await store.readInto(position, buffer.body).then(
      (problem) => problem === undefined,
      () => false,
    );
    if (!isRead) {
      this.#parts.buffers.give(buffer);
      return "not-held";
    }
    const head = encodeResponseHead({ type: "response", request, status: "ok", proof, bodyBytes });
    return { parts: [buffer.behind(head)], buffer };
  }

  /**
   * Sends a small frame that no order bounds. A client that makes this node answer and does not read would have it keep
   * the answers: its stream is ended.
   */
  #reply(frame: Uint8Array, onSent?: () => void): void {
    if (this.#isEnded) return;
    const bytes = frame.length + NETWORK.replyOverheadBytes;
    this.#unreadBytes += bytes;
    const mostBytes = this.#parts.replies(bytes);
    this.carrier.send([frame], () => {
      this.#unreadBytes -= bytes;
      this.#parts.replies(-bytes);
      onSent?.();
    });
    if (this.#unreadBytes <= mostBytes) return;
    this.#parts.count("client-unread");
    this.end("it does not read its answers");
  }

  #frame(type: number, payload: Uint8Array): FrameError | undefined {
    if (this.#isEnded || !this.#frames.take(monotonicMs())) return { type: "frame-error", code: "too-large" };
    const message = decodeFetch(type, payload);
    if (message === undefined || message.type === "frame-error") return message;
    return this.#message(message);
  }

  #message(message: FetchMessage): FrameError | undefined {
    switch (message.type) {
      case "hello":
        return this.#hello(message);
      case "get":
        return this.#get(message);
      case "get-manifest":
        return this.#getManifest(message);
      case "cancel":
        if (this.#wanted.has(message.request)) this.#parts.cancel(message.request);
        return undefined;
      case "close":
        this.#close(message.number);
        return undefined;
      case "complaint": {
        const video = this.#videos.get(message.number);
        if (video?.takeComplaint(message.chunk) === true) this.#parts.complain(video.id, message.chunk);
        else this.#parts.count("complaint-of-nothing");
        return undefined;
      }
      case "chunk-info":
        // A client's own holdings are told on the stream that goes the other way.
        return undefined;
    }
  }

  #hello({ videos }: FetchHello): FrameError | undefined {
    for (const opened of videos) {
      if (this.#videos.has(opened.number)) return MALFORMED;
      const most = NETWORK.maxOpenVideosPerClient;
      if (this.#videos.size < most && this.#opening.length < most) this.#open(opened);
      else {
        this.#parts.count("client-videos-full");
        this.#tellNothing(opened.number);
      }
    }
    return undefined;
  }

  #open({ number, id }: OpenedVideo): void {
    const video = new ClientVideo(
      { peer: this.carrier.peer, number, id },
      {
        tell: (bytes, firstChunk, bitmap, onSent) => {
          this.#parts.videos.touch(id);
          this.#reply(encodeFetch({ type: "chunk-info", number, bytes, firstChunk, bitmap }), onSent);
        },
        forgotten: () => {
          this.#tellNothing(number);
          this.#forget(video);
        },
      },
    );
    this.#videos.set(number, video);
    this.#opening.push(video);
    if (this.#opening.length === 1) void this.#openNext();
  }

  async #openNext(): Promise<void> {
    for (let video = this.#opening[0]; video !== undefined; video = this.#opening[0]) {
      const isOpen = !video.isClosed && (await this.#parts.videos.open(video.id, video));
      this.#opening.shift();
      this.#answerEarly(video, isOpen);
      if (isOpen || video.isClosed) continue;
      this.#tellNothing(video.number);
      this.#forget(video);
    }
  }

  /** The manifest and some slices were asked for together with the video. */
  #answerEarly(video: ClientVideo, isOpen: boolean): void {
    const { number, earlyManifest: request } = video;
    const gets = video.earlyGets.splice(0);
    video.earlyManifest = undefined;
    if (this.#isEnded) return;
    if (request !== undefined && isOpen) this.#getManifest({ type: "get-manifest", request, number });
    else if (request !== undefined) this.#answerWithout(request, "not-held");
    for (const get of gets)
      if (isOpen) this.#get(get);
      else this.#answerWithout(get.request, "not-held");
  }

  /** A video that is not here, or not any more. */
  #tellNothing(number: number): void {
    this.#reply(encodeFetch({ type: "chunk-info", number, bytes: 0, firstChunk: 0, bitmap: NO_BYTES }));
  }

  #close(number: number): void {
    const video = this.#videos.get(number);
    if (video === undefined) return;
    this.#forget(video);
    this.#parts.videos.leave(video.id, video);
  }

  /** What waits for a video that is closed is refused now, and what is being read, when it has been. */
  #forget(video: ClientVideo): void {
    video.close();
    this.#videos.delete(video.number);
    for (const [request, wanted] of this.#wanted) if (wanted.video === video) this.#parts.cancel(request);
  }

  #get(get: FetchGet): FrameError | undefined {
    const { request, number, priority } = get;
    if (this.#wanted.has(request)) return MALFORMED;
    const video = this.#videos.get(number);
    const geometry = video?.geometry;
    if (video !== undefined && video.earlyGets.length < NETWORK.maxEarlyGets && this.#opening.includes(video)) {
      video.earlyGets.push(get);
      return undefined;
    }
    const slice = sliceOf(get, geometry);
    // An honest client asks for such things when it was told a wrong size by somebody else, or the video was closed here.
    const cause = geometry === undefined ? "client-get-unopened" : impossible(slice, geometry);
    if (video === undefined || geometry === undefined || cause !== undefined || !video.mayHold(slice.chunk)) {
      if (cause !== undefined) this.#parts.count(cause);
      this.#answerWithout(request, "not-held");
    } else this.#order(request, { bytes: responseBytes(slice, geometry), video, slice }, priority);
    return undefined;
  }

  #getManifest({ request, number }: GetManifest): FrameError | undefined {
    if (this.#wanted.has(request)) return MALFORMED;
    const video = this.#videos.get(number);
    if (video !== undefined && this.#opening.includes(video) && video.earlyManifest === undefined)
      video.earlyManifest = request;
    else if (video?.geometry === undefined) {
      this.#parts.count("client-get-unopened");
      this.#answerWithout(request, "not-held");
    } else this.#order(request, { bytes: video.manifestBytes, video, slice: undefined }, 0);
    return undefined;
  }

  #order(request: number, wanted: Wanted, priority: number): void {
    this.#wanted.set(request, wanted);
    this.#parts.order(request, wanted.bytes, priority);
  }

  #ended(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const video of this.#videos.values()) {
      video.close();
      this.#parts.videos.leave(video.id, video);
    }
    this.#videos.clear();
    this.#wanted.clear();
    this.#parts.ended(reason);
  }
}

/** The slice that is asked for; the last leaf by its own number. */
const sliceOf = ({ chunk, firstLeaf, leaves }: FetchGet, geometry: Geometry | undefined): Slice =>
  chunk === LAST_LEAF && geometry !== undefined ? lastLeafOf(geometry) : { chunk, firstLeaf, leaves };

function manifestAnswer(request: number, { manifest }: ChunkStore): Promise<Answer> {
  const body = encodeManifest(manifest);
  const status = "ok";
  const head = encodeResponseHead({ type: "response", request, status, proof: NO_BYTES, bodyBytes: body.length });
  return Promise.resolve({ parts: [head, body], buffer: undefined });
}

async function proofOf(store: ChunkStore, slice: Slice): Promise<Uint8Array | undefined> {
  const { geometry } = store.manifest;
  if (sliceProofHashes(slice, geometry) === 0) return NO_BYTES;
  const hashes = await store.leafHashes(slice.chunk);
  return isReadProblem(hashes) ? undefined : sliceProof(hashes, slice, geometry, sha256);
}

const impossible = (slice: Slice, geometry: Geometry): string | undefined =>
  sliceProblem(slice, geometry) !== undefined || slice.leaves * LEAF_BYTES > NETWORK.maxResponseBytes
    ? "client-get-impossible"
    : undefined;

const responseBytes = (slice: Slice, geometry: Geometry): number =>
  FRAME_HEAD_BYTES +
  RESPONSE_HEAD_BYTES +
  sliceProofHashes(slice, geometry) * HASH_BYTES +
  sliceLength(slice, geometry);

const NO_BYTES = new Uint8Array(0);
const MALFORMED: FrameError = { type: "frame-error", code: "malformed" };
