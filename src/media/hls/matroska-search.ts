import { HLS } from "../../core/limits.ts";
import { blocksFrom, headAt } from "./matroska-blocks.ts";
import type { CuePlace } from "./matroska-cues.ts";
import type { MatroskaLayout } from "./matroska-layout.ts";
import type { MediaBytes } from "./media-bytes.ts";

/** What a Matroska file without Cues was searched for, once. */
export interface MatroskaSearched {
  readonly places: readonly CuePlace[];
  /** The end of the last block of the track, in ticks. */
  readonly endAt: number;
}

/**
 * The key frames of a track, and when it ends: one walk over the heads of all blocks. Bounded by what one request may
 * read. @throws beyond that
 */
export async function searchKeys(bytes: MediaBytes, layout: MatroskaLayout, track: number): Promise<MatroskaSearched> {
  const places: CuePlace[] = [];
  bytes.isSearched = true;
  let [endAt, lastAt, contents, cluster] = [0, Number.NEGATIVE_INFINITY, 0, -1];
  for await (const block of blocksFrom(bytes, { cluster: layout.firstCluster, block: undefined })) {
    if (block.track !== track) continue;
    endAt = Math.max(endAt, block.at + (block.duration ?? 0));
    if (!block.isKey || block.at <= lastAt) continue;
    if (places.length >= HLS.maxKeys) throw new Error("too many key frames");
    if (block.cluster !== cluster) contents = block.cluster + ((await headAt(bytes, block.cluster))?.headBytes ?? 0);
    [cluster, lastAt] = [block.cluster, block.at];
    places.push({ at: block.at, cluster, block: block.position - contents, duration: undefined });
  }
  bytes.isSearched = false;
  if (places.length === 0) throw new Error("no key frame");
  return { places, endAt };
}
