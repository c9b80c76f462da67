import type { Geometry } from "../core/content/geometry.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import type { FetchProgress, HolderProgress } from "./node-types.ts";
import type { VideoFetch } from "./video-fetch.ts";

/** What a fetch is at. */
export interface FetchState {
  readonly id: Uint8Array;
  readonly title: string;
  readonly phase: FetchProgress["phase"];
  readonly wantsAll: boolean;
  readonly bytes: number;
  readonly geometry: Geometry | undefined;
  readonly store: ChunkStore | undefined;
  readonly fetch: VideoFetch | undefined;
  readonly holders: readonly FetchHolder[];
}

/** Rates are those of about so long. */
const RATE_MS = 3000;

/** A rate out of a growing count: bytes a second over the last few seconds. */
class Rate {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  of(bytes: number, nowMs: number): number {
    const samples = this.#samples;
    if (samples.length === 0 || nowMs - (samples.at(-1)?.atMs ?? 0) >= RATE_MS / 12)
      samples.push({ atMs: nowMs, bytes });
    while (samples.length > 2 && (samples[1]?.atMs ?? nowMs) <= nowMs - RATE_MS) samples.shift();
    const first = samples[0];
    if (first === undefined || nowMs - first.atMs < 50) return 0;
    return Math.round(((bytes - first.bytes) * 1000) / (nowMs - first.atMs));
  }
}

/** Says how far a fetch has come, and how fast. */
export class FetchMeter {
  readonly #rate = new Rate();
  readonly #rates = new Map<FetchHolder, Rate>();

  progress({ id, title, phase, wantsAll, bytes, geometry, store, fetch, holders }: FetchState): FetchProgress {
    const nowMs = monotonicMs();
    const receivedBytes = fetch?.receivedBytes ?? 0;
    const heldChunks = store?.held.count ?? 0;
    const heldBytes = geometry === undefined ? 0 : Math.min(geometry.bytes, heldChunks * geometry.chunkBytes);
    const bytesPerSecond = this.#rate.of(receivedBytes, nowMs);
    const leftMs =
      bytesPerSecond > 0 && geometry !== undefined ? ((bytes - heldBytes) * 1000) / bytesPerSecond : undefined;
    const chunkBytes = geometry?.chunkBytes ?? 0;
    const writtenBytes = Math.min(bytes, heldChunks * chunkBytes + (fetch?.unkeptChunks ?? 0) * chunkBytes);
    const wastedBytes = fetch?.core.counters.wastedBytes ?? 0;
    const roundTrips = new Map(fetch?.core.holders().map(({ holder, roundTripMs }) => [holder, roundTripMs]));
    return {
      ...{ id, title, phase, wantsAll, bytes, heldBytes, chunks: geometry?.chunks ?? 0, heldChunks },
      ...{ receivedBytes, writtenBytes, wastedBytes, bytesPerSecond, leftMs },
      holders: holders.map((holder) => this.#holder(holder, roundTrips.get(holder.number), nowMs)),
    };
  }

  /** @param measuredMs its round trip as the fetch measures it, which asks it more often than once */
  #holder(holder: FetchHolder, measuredMs: number | undefined, nowMs: number): HolderProgress {
    const rate = this.#rates.get(holder) ?? new Rate();
    this.#rates.set(holder, rate);
    const { receivedBytes } = holder;
    return {
      peer: holder.peer,
      name: holder.name,
      carrier: holder.stream?.carrier.kind,
      state: holder.state,
      ...(holder.reason === undefined ? {} : { reason: holder.reason }),
      roundTripMs: measuredMs ?? (holder.held === undefined ? undefined : holder.roundTripMs),
      receivedBytes,
      bytesPerSecond: rate.of(receivedBytes, nowMs),
      heldChunks: holder.held?.count ?? 0,
    };
  }
}
