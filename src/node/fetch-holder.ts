import type { FetchChunkInfo } from "../core/wire/stream/fetch-message.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { HolderStream } from "./holder-stream.ts";
import type { Holders } from "./holders.ts";
import type { HolderProgress } from "./node-types.ts";

/** What a holder's part in a fetch tells. */
export interface FetchHolderEvents {
  /** It has some of the video, or more of it. */
  told(holder: FetchHolder, info: FetchChunkInfo): void;
  /** It has nothing, cannot be reached, or has gone. */
  ended(holder: FetchHolder): void;
}

/** One holder in one fetch: the stream to it, and what it said of the video. */
export class FetchHolder {
  readonly peer: string;
  readonly number: number;
  readonly name: string;
  /** Bytes that came from this peer over streams that have ended. */
  readonly bytesBefore: number;
  /** What it said that it holds, until the fetch has begun. */
  readonly infos: FetchChunkInfo[] = [];
  /** Chunks that it said it holds, by its word. */
  heldChunks = 0;
  /** Between our Hello and its ChunkInfo. */
  roundTripMs = 0;
  state: HolderProgress["state"] = "connecting";
  reason: string | undefined;
  stream: HolderStream | undefined;
  /** The video's number on the stream. */
  video = 0;
  readonly #holders: Holders;
  readonly #events: FetchHolderEvents;

  constructor(
    { peer, name, bytesBefore }: { readonly peer: string; readonly name: string; readonly bytesBefore: number },
    number: number,
    holders: Holders,
    events: FetchHolderEvents,
  ) {
    this.peer = peer;
    this.name = name;
    this.bytesBefore = bytesBefore;
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
    const askedAtMs = monotonicMs();
    if (stream.ended !== undefined) {
      this.end("gone", stream.ended);
      return;
    }
    this.video = stream.open(id, {
      chunkInfo: (info) => {
        if (this.state === "connecting") this.roundTripMs = monotonicMs() - askedAtMs;
        if (info.bytes === 0) {
          this.end("gone", "it does not have the video");
          return;
        }
        this.state = "serving";
        if (this.infos.length < MAX_INFOS_KEPT) this.infos.push(info);
        this.heldChunks = Math.max(this.heldChunks, bitsIn(info.bitmap));
        this.#events.told(this, info);
      },
      ended: (reason) => this.end("gone", reason),
    });
  }

  /** Leaves it, and says why. */
  end(state: "gone" | "dropped", reason: string): void {
    if (!this.isAlive) return;
    this.state = state;
    this.reason = reason;
    this.#leave();
    this.#events.ended(this);
  }

  #leave(): void {
    if (this.stream === undefined) return;
    this.stream.close(this.video);
    this.#holders.release(this.peer, this.stream);
  }
}

/** A fetch begins some seconds after its first holder was found: ChunkInfos come ten times a second at most. */
const MAX_INFOS_KEPT = 64;

function bitsIn(bitmap: Uint8Array): number {
  let bits = 0;
  for (const byte of bitmap) for (let left = byte; left !== 0; left &= left - 1) bits++;
  return bits;
}
