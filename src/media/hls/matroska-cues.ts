import { HLS } from "../../core/limits.ts";
import { childrenOf, wholeOf } from "../ebml.ts";

/** Where a block is, as a Matroska file's Cues say, or as a search found it. */
export interface CuePlace {
  /** In the file's own ticks. */
  readonly at: number;
  /** Of the cluster, from the beginning of the file. */
  readonly cluster: number;
  /** Of the block, from the beginning of the cluster's contents; `undefined` when only the cluster is known. */
  readonly block: number | undefined;
  /** How long it is shown, in ticks; `undefined` when the Cues do not say. */
  readonly duration: number | undefined;
}

const CUE_POINT = 0xbb;
const CUE_TIME = 0xb3;
const CUE_TRACK_POSITIONS = 0xb7;
const CUE_TRACK = 0xf7;
const CUE_CLUSTER_POSITION = 0xf1;
const CUE_RELATIVE_POSITION = 0xf0;
const CUE_DURATION = 0xb2;

/**
 * The contents of a Cues element, by track, each in the order of times; at most `HLS.maxKeys` places in all. Never throws:
 * points that make no sense are left out.
 * @param segment where the Segment's contents begin: what positions count from
 */
export function readCues(cues: Uint8Array, segment: number): Map<number, CuePlace[]> {
  const byTrack = new Map<number, CuePlace[]>();
  let count = 0;
  for (const { track, place } of placesIn(cues, segment)) {
    if (++count > HLS.maxKeys) break;
    const places = byTrack.get(track);
    if (places === undefined) byTrack.set(track, [place]);
    else places.push(place);
  }
  for (const places of byTrack.values()) places.sort((a, b) => a.at - b.at || a.cluster - b.cluster);
  return byTrack;
}

interface TrackPlace {
  readonly track: number;
  readonly place: CuePlace;
}

function* placesIn(cues: Uint8Array, segment: number): Generator<TrackPlace> {
  for (const point of childrenOf(cues)) {
    if (point.id !== CUE_POINT) continue;
    let at = -1;
    for (const { id, data } of childrenOf(point.data)) {
      if (id === CUE_TIME) at = wholeOf(data, -1);
      const found = id === CUE_TRACK_POSITIONS ? placeOf(data, at, segment) : undefined;
      if (found !== undefined) yield found;
    }
  }
}

function placeOf(positions: Uint8Array, at: number, segment: number): TrackPlace | undefined {
  const values = new Map<number, number>();
  for (const { id, data } of childrenOf(positions)) if (!values.has(id)) values.set(id, wholeOf(data, -1));
  const track = values.get(CUE_TRACK) ?? -1;
  const cluster = values.get(CUE_CLUSTER_POSITION) ?? -1;
  if (at < 0 || track < 0 || cluster < 0) return undefined;
  const relative = values.get(CUE_RELATIVE_POSITION) ?? -1;
  const duration = values.get(CUE_DURATION) ?? -1;
  return {
    track,
    place: {
      at,
      cluster: segment + cluster,
      block: relative < 0 ? undefined : relative,
      duration: duration < 0 ? undefined : duration,
    },
  };
}
