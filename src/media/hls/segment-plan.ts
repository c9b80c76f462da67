import { HLS } from "../../core/limits.ts";

/** Where the segments of a file begin: the same places for all its tracks. */
export interface SegmentPlan {
  /** In seconds from the beginning of the presentation, rising; the first is 0. */
  readonly startsS: readonly number[];
  /** Where the last one ends. */
  readonly endS: number;
}

/**
 * Of the times of key frames, rising, the numbers of those at which segments begin: as many whole groups of pictures as
 * fit into `minMs`, at least one; the last ends at `endS`. So a player that seeks waits for one group of pictures, where they are not very short.
 */
export function joinGroups(keysS: ArrayLike<number>, endS: number, minMs: number = HLS.minSegmentMs): number[] {
  const first = keysS[0];
  if (first === undefined) return [];
  // A film with more segments than there may be gets longer ones.
  const spanMs = ((keysS[keysS.length - 1] as number) - first) * 1000;
  const lengthS = Math.max(minMs, spanMs / (HLS.maxSegments - 1)) / 1000 + 0.001;
  const starts = [0];
  let startS = first;
  for (let at = 1; at < keysS.length; at++) {
    const nextS = keysS[at + 1] ?? endS;
    if (nextS - startS <= lengthS || (keysS[at] as number) <= startS) continue;
    if (starts.length >= HLS.maxSegments) break;
    starts.push(at);
    startS = keysS[at] as number;
  }
  return starts;
}

/** The starts of segments of what can be cut anywhere: short at first, so that it begins soon. */
export function evenStarts(durationS: number): number[] {
  const lengthS = Math.max(HLS.audioSegmentMs / 1000, durationS / (HLS.maxSegments - 4));
  const starts = [0, 2, 4].filter((startS) => startS === 0 || startS < durationS);
  for (let startS = 6; startS < durationS && starts.length < HLS.maxSegments; startS += lengthS) starts.push(startS);
  return starts;
}
