import type { Geometry } from "../core/content/geometry.ts";
import { NETWORK } from "../core/limits.ts";
import type { FetchGet } from "../core/wire/stream/fetch-message.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import { HoldingsTeller } from "./holdings-teller.ts";
import type { VideoUser } from "./served-videos.ts";

/** What one client's open video asks of the stream that it is on. */
export interface ClientVideoEvents {
  /** Sends a ChunkInfo, and says when it has left. */
  tell(size: number, firstChunk: number, bitmap: Uint8Array, onSent: () => void): void;
  /** The video is to be removed: it is closed. */
  forgotten(): void;
}

/** A video that a client has open on one stream. */
export class ClientVideo implements VideoUser {
  readonly peer: string;
  readonly number: number;
  readonly id: Uint8Array;
  /** `undefined` until it is known that the video is here. */
  geometry: Geometry | undefined;
  /** A request for the manifest that came while the video was being opened. */
  earlyManifest: number | undefined;
  /** The same for slices. */
  readonly earlyGets: FetchGet[] = [];
  /** Bytes of the manifest, roughly: its claims may change. */
  manifestBytes = 0;
  readonly #events: ClientVideoEvents;
  readonly #teller: HoldingsTeller;
  readonly #sent = new Set<number>();
  #held: ChunkStore["held"] | undefined;
  #isClosed = false;

  constructor(
    open: { readonly peer: string; readonly number: number; readonly id: Uint8Array },
    events: ClientVideoEvents,
  ) {
    this.peer = open.peer;
    this.number = open.number;
    this.id = open.id;
    this.#events = events;
    this.#teller = new HoldingsTeller((firstChunk, bitmap, onSent) =>
      events.tell(this.geometry?.bytes ?? 0, firstChunk, bitmap, onSent),
    );
  }

  /** Whether the client is told nothing more of it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  opened(store: ChunkStore): void {
    if (this.#isClosed) return;
    const { geometry, chunkRoots, claims } = store.manifest;
    this.geometry = geometry;
    this.manifestBytes = claims.reduce((sum, { encoded }) => sum + encoded.length, chunkRoots.length);
    this.#held = store.held;
    this.#teller.listen(store);
  }

  slept(): void {
    this.#held = undefined;
    this.#teller.pause();
  }

  forgotten(): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.forgotten();
  }

  close(): void {
    this.#isClosed = true;
    this.slept();
  }

  /** Whether a chunk may be held: while the files are closed it is not known, and reading will tell. */
  mayHold(chunk: number): boolean {
    return this.#held === undefined || this.#held.has(chunk);
  }

  /** Bytes of a chunk were sent: the client may complain of them. */
  sent(chunk: number): void {
    this.#sent.delete(chunk);
    this.#sent.add(chunk);
    const [oldest = chunk] = this.#sent;
    if (this.#sent.size > NETWORK.maxSentChunksRemembered) this.#sent.delete(oldest);
  }

  /** Whether a complaint is of bytes that were sent. It is taken once. */
  takeComplaint(chunk: number): boolean {
    return this.#sent.delete(chunk);
  }
}
