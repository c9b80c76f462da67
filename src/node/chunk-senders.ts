import { NETWORK } from "../core/limits.ts";

/** One who sent chunks. */
export interface Sender {
  readonly peer: string;
  /** Its own word; empty when it said none. */
  readonly name: string;
}

/** Who sent each chunk of one video, as far as this process saw it come. */
export interface SentChunks {
  /** All who sent a chunk, in the order in which they did first. It only grows. */
  readonly peers: readonly Sender[];
  /** Who sent a chunk, as a place in {@link peers}; `undefined`: it was here, or is not. */
  senderOf(chunk: number): number | undefined;
}

/** A chunk nobody was seen to send. */
const NOBODY = 0xffff;

/**
 * Who sent each chunk of one video. A chunk that came whole is its holder's. One that was put together from slices of
 * several is the one's whose verified slices of it have the most bytes; of two with as many, the first's.
 */
export class ChunkSenders implements SentChunks {
  readonly #peers: Sender[] = [];
  readonly #places = new Map<string, number>();
  readonly #senders: Uint16Array;

  /** @param chunks of the video */
  constructor(chunks: number) {
    this.#senders = new Uint16Array(chunks).fill(NOBODY);
  }

  get peers(): readonly Sender[] {
    return this.#peers;
  }

  get chunks(): number {
    return this.#senders.length;
  }

  senderOf(chunk: number): number | undefined {
    const place = this.#senders[chunk];
    return place === NOBODY ? undefined : place;
  }

  /** A chunk was sent by this peer, and is verified and in the file. */
  sent(chunk: number, { peer, name }: Sender): void {
    let place = this.#places.get(peer);
    // More senders than there are numbers: their chunks are nobody's.
    if (place === undefined && this.#peers.length < NOBODY) {
      place = this.#peers.push({ peer, name }) - 1;
      this.#places.set(peer, place);
    }
    if (chunk < this.#senders.length) this.#senders[chunk] = place ?? NOBODY;
  }
}

/** Bytes of one chunk's slices, by who sent them. */
export class SliceSenders {
  readonly #bytes = new Map<Sender, number>();

  /** A slice of so many bytes is verified. */
  came(sender: Sender, bytes: number): void {
    this.#bytes.set(sender, (this.#bytes.get(sender) ?? 0) + bytes);
  }

  /** Who sent most of them; `undefined`: nothing came. */
  most(): Sender | undefined {
    let most: Sender | undefined;
    let mostBytes = 0;
    for (const [sender, bytes] of this.#bytes) if (bytes > mostBytes) [most, mostBytes] = [sender, bytes];
    return most;
  }
}

/** Who sent the chunks of the videos that this process fetched last. */
export class SendersBook {
  /** By id in hex, the one that was fetched longest ago first. */
  readonly #videos = new Map<string, ChunkSenders>();

  of(name: string): ChunkSenders | undefined {
    return this.#videos.get(name);
  }

  /** Those of a video that is fetched: what is known of it goes on. @param chunks of the video */
  begin(name: string, chunks: number): ChunkSenders {
    const known = this.#videos.get(name);
    // Ids prove sizes; two of one id do not differ but by a mistake.
    const senders = known?.chunks === chunks ? known : new ChunkSenders(chunks);
    this.#videos.delete(name);
    this.#videos.set(name, senders);
    for (const oldest of this.#videos.keys()) {
      if (this.#videos.size <= NETWORK.maxVideosWithSenders) break;
      this.#videos.delete(oldest);
    }
    return senders;
  }

  /** The video was removed. */
  forget(name: string): void {
    this.#videos.delete(name);
  }
}
