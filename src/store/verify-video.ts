import type { ChunkCheck } from "./chunk-store.ts";
import type { FileChunkStore } from "./file-chunk-store.ts";
import { type Stamp, sameStamp } from "./stamp.ts";

/** What reading all of a video found. */
export interface VerifyResult {
  /** Chunks that are held and good, `recovered` ones among them. */
  readonly good: number;
  /** Chunks that were there and good, and had not been known to be held. */
  readonly recovered: number;
  /** Chunks that were held and are damaged: they are no longer held. */
  readonly lost: readonly number[];
  /** Chunks that had not been held, and are not there. */
  readonly absent: number;
  /** The file's stamp, if it has the video's size and did not change meanwhile: what is held is known for such a file. */
  readonly stamp: Stamp | undefined;
}

/** How a video is read. */
export interface VerifyOptions {
  /** Chunks under way at one time. */
  readonly width: number;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each chunk; the next one begins when it resolves. */
  readonly pace?: (() => Promise<void>) | undefined;
}

/** Reads every chunk of a video, marks what it finds, and goes on whatever that is. @throws the abort signal's reason */
export async function verifyVideo(store: FileChunkStore, options: VerifyOptions): Promise<VerifyResult> {
  const { geometry } = store.manifest;
  const before = await store.currentStamp();
  const lost: number[] = [];
  const counts: Record<ChunkCheck, number> = { good: 0, recovered: 0, absent: 0, lost: 0 };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < geometry.chunks) {
      options.signal?.throwIfAborted();
      const chunk = next++;
      const found = await store.check(chunk);
      counts[found]++;
      if (found === "lost") lost.push(chunk);
      options.onBytes?.(Math.min(geometry.chunkBytes, geometry.bytes - chunk * geometry.chunkBytes));
      await options.pace?.();
    }
  };
  const stop = (error: unknown): never => {
    next = geometry.chunks;
    throw error;
  };
  const width = options.pace === undefined ? options.width : 1;
  const workers = await Promise.allSettled(Array.from({ length: width }, () => work().catch(stop)));
  for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
  const after = await store.currentStamp();
  // A file that has grown begins with the video and is another one all the same.
  const isUnchanged = before !== undefined && after?.bytes === geometry.bytes && sameStamp(before, after);
  return {
    good: counts.good + counts.recovered,
    recovered: counts.recovered,
    lost: lost.sort((one, other) => one - other),
    absent: counts.absent,
    stamp: isUnchanged ? after : undefined,
  };
}
