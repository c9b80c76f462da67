import { type Geometry, LEAF_BYTES } from "../core/content/geometry.ts";
import { encodeManifest } from "../core/content/manifest.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import { type Slice, sliceLength, sliceProblem, sliceProof, sliceProofHashes } from "../core/content/proof.ts";
import { NETWORK } from "../core/limits.ts";
import { TokenBucket } from "../core/peer/token-bucket.ts";
import { FRAME_HEAD_BYTES } from "../core/wire/stream/byte-writer.ts";
import { decodeFetch, encodeFetch, encodeResponseHead, RESPONSE_HEAD_BYTES } from "../core/wire/stream/fetch-codec.ts";
import type {
  FetchGet,
  FetchHello,
  FetchMessage,
  GetManifest,
  ResponseStatus,
} from "../core/wire/stream/fetch-message.ts";
import type { FrameError } from "../core/wire/stream/find-message.ts";
import { FrameReader } from "../core/wire/stream/frame-reader.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { sha256 } from "../runtime/crypto.ts";
import { type ChunkStore, isReadProblem } from "../store/chunk-store.ts";
import type { BodyBuffers } from "./body-buffers.ts";
import type { Carrier } from "./carrier.ts";
import { HoldingsTeller } from "./holdings-teller.ts";
import type { ServedVideos } from "./served-videos.ts";

/** What a client's stream asks of the service that it belongs to. */
export interface ClientStreamParts {
  readonly videos: ServedVideos;
  readonly buffers: BodyBuffers;
  /** Orders a Response from the queue that all clients share. */
  order(request: number, bytes: number, priority: number): void;
  /** Takes one back. @returns whether it was still waiting */
  cancel(request: number): boolean;
  /** Bytes that were ordered have left, or never will. */
  left(bytes: number): void;
  /** Called once. */
  ended(reason: string): void;
  count(cause: string): void;
}

/** A video that the client has open, once it is known to be here. */
interface Open {
  readonly id: Uint8Array;
  readonly store: ChunkStore;
  readonly teller: HoldingsTeller;
}

/** What a request wants. */
type Wanted = { readonly bytes: number; readonly open: Open; readonly slice: Slice | undefined };

/** The holder's side of one fetch stream: tells what is held, and answers each request once. */
export class ClientStream {
  readonly carrier: Carrier;
  readonly #parts: ClientStreamParts;
  readonly #reader: FrameReader;
  readonly #frames = new TokenBucket(NETWORK.fetchFrameBurst, NETWORK.fetchFramesPerSecond, monotonicMs());
  readonly #videos = new Map<number, Open | undefined>();
  readonly #wanted = new Map<number, Wanted>();
  #isEnded = false;

  constructor(carrier: Carrier, parts: ClientStreamParts) {
    this.carrier = carrier;
    this.#parts = parts;
    this.#reader = new FrameReader(
      { frame: (type, payload) => this.#frame(type, payload) },
      NETWORK.maxFetchFrameBytes,
    );
  }

  /** Begins to take what comes. */
  start(): void {
    this.carrier.start({
      bytes: (view) => {
        const error = this.#reader.read(view);
        if (error === undefined) return;
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
    this.#wanted.delete(request);
    if (wanted === undefined) return;
    if (wanted.slice === undefined) {
      const body = encodeManifest(wanted.open.store.manifest);
      const head = encodeResponseHead({
        type: "response",
        request,
        status: "ok",
        proof: NO_PROOF,
        bodyBytes: body.length,
      });
      this.carrier.send([head, body], () => this.#parts.left(wanted.bytes));
      return;
    }
    await this.#sendSlice(request, wanted, wanted.slice);
  }

  /** Tells that a request is not answered with bytes. */
  refuse(request: number, status: Exclude<ResponseStatus, "ok"> = "refused"): void {
    this.#wanted.delete(request);
    this.#parts.count(`answered-${status}`);
    this.carrier.send([encodeResponseHead({ type: "response", request, status, proof: NO_PROOF, bodyBytes: 0 })]);
  }

  async #sendSlice(request: number, { bytes, open }: Wanted, slice: Slice): Promise<void> {
    const { geometry } = open.store.manifest;
    const bodyBytes = sliceLength(slice, geometry);
    const proof = await this.#proofOf(open.store, slice);
    const buffer = this.#parts.buffers.take(bodyBytes);
    const position = slice.chunk * geometry.chunkBytes + slice.firstLeaf * LEAF_BYTES;
    const problem =
      proof === undefined || (await open.store.readInto(position, buffer.body).catch(() => NO_PROOF)) !== undefined;
    if (this.#isEnded || problem || proof === undefined) {
      this.#parts.buffers.give(buffer);
      this.#parts.left(bytes);
      if (!this.#isEnded) this.refuse(request, "not-held");
      return;
    }
    const message = buffer.behind(encodeResponseHead({ type: "response", request, status: "ok", proof, bodyBytes }));
    this.carrier.send([message], () => {
      this.#parts.buffers.give(buffer);
      this.#parts.left(bytes);
    });
  }

  async #proofOf(store: ChunkStore, slice: Slice): Promise<Uint8Array | undefined> {
    const { geometry } = store.manifest;
    if (sliceProofHashes(slice, geometry) === 0) return NO_PROOF;
    const hashes = await store.leafHashes(slice.chunk).catch(() => undefined);
    if (hashes === undefined || isReadProblem(hashes)) return undefined;
    return sliceProof(hashes, slice, geometry, sha256);
  }

  #frame(type: number, payload: Uint8Array): FrameError | undefined {
    if (!this.#frames.take(monotonicMs())) return { type: "frame-error", code: "too-large" };
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
        if (this.#parts.cancel(message.request)) this.refuse(message.request);
        return undefined;
      case "chunk-info":
        // A client's own holdings are told on the stream that goes the other way.
        return undefined;
    }
  }

  #hello({ videos }: FetchHello): FrameError | undefined {
    for (const { number, id } of videos) {
      if (this.#videos.has(number) || this.#videos.size >= NETWORK.maxOpenVideosPerClient) return MALFORMED;
      this.#videos.set(number, undefined);
      void this.#open(number, id);
    }
    return undefined;
  }

  async #open(number: number, id: Uint8Array): Promise<void> {
    const store = await this.#parts.videos.acquire(id);
    if (store === undefined) {
      this.#videos.delete(number);
      this.#tell({ type: "chunk-info", number, bytes: 0, firstChunk: 0, bitmap: NO_PROOF });
      return;
    }
    if (this.#isEnded) {
      await this.#parts.videos.release(id, store);
      return;
    }
    const { bytes } = store.manifest.geometry;
    const teller = new HoldingsTeller(store, (firstChunk, bitmap) =>
      this.#tell({ type: "chunk-info", number, bytes, firstChunk, bitmap }),
    );
    this.#videos.set(number, { id, store, teller });
    teller.tellAll();
  }

  #tell(message: Parameters<typeof encodeFetch>[0]): void {
    if (!this.#isEnded) this.carrier.send([encodeFetch(message)]);
  }

  #get({ request, number, chunk, firstLeaf, leaves, priority }: FetchGet): FrameError | undefined {
    const open = this.#videos.get(number);
    // An honest client asks for nothing before it was told that it is here.
    if (open === undefined || this.#wanted.has(request)) return MALFORMED;
    const slice = { chunk, firstLeaf, leaves };
    const { geometry } = open.store.manifest;
    if (sliceProblem(slice, geometry) !== undefined || leaves * LEAF_BYTES > NETWORK.maxResponseBytes) return MALFORMED;
    if (!open.store.held.has(chunk)) this.refuse(request, "not-held");
    else this.#order(request, { bytes: responseBytes(slice, geometry), open, slice }, priority);
    return undefined;
  }

  #getManifest({ request, number }: GetManifest): FrameError | undefined {
    const open = this.#videos.get(number);
    if (open === undefined || this.#wanted.has(request)) return MALFORMED;
    const { manifest } = open.store;
    const claimBytes = manifest.claims.reduce((sum, { encoded }) => sum + encoded.length, 0);
    this.#order(request, { bytes: manifest.chunkRoots.length + claimBytes, open, slice: undefined }, 0);
    return undefined;
  }

  #order(request: number, wanted: Wanted, priority: number): void {
    this.#wanted.set(request, wanted);
    this.#parts.order(request, wanted.bytes, priority);
  }

  #ended(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const open of this.#videos.values()) {
      if (open === undefined) continue;
      open.teller.end();
      void this.#parts.videos.release(open.id, open.store);
    }
    this.#videos.clear();
    this.#wanted.clear();
    this.#parts.ended(reason);
  }
}

const responseBytes = (slice: Slice, geometry: Geometry): number =>
  FRAME_HEAD_BYTES +
  RESPONSE_HEAD_BYTES +
  sliceProofHashes(slice, geometry) * HASH_BYTES +
  sliceLength(slice, geometry);

const NO_PROOF = new Uint8Array(0);
const MALFORMED: FrameError = { type: "frame-error", code: "malformed" };
