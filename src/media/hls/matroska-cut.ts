import { HLS } from "../../core/limits.ts";
import { type Block, blocksFrom } from "./matroska-blocks.ts";
import type { CuePlace } from "./matroska-cues.ts";
import type { FirstBlocks } from "./matroska-extract.ts";
import type { MatroskaLayout } from "./matroska-layout.ts";
import { type MatroskaSearched, searchKeys } from "./matroska-search.ts";
import type { Ticks } from "./matroska-track.ts";
import type { MediaBytes } from "./media-bytes.ts";
import { joinGroups, type SegmentPlan } from "./segment-plan.ts";

/** How a file is cut into segments. */
export interface Cut {
  readonly ticks: Ticks;
  /** The track whose key frames are the cuts. */
  readonly main: number;
  readonly places: readonly CuePlace[];
  readonly plan: SegmentPlan;
  readonly searched: MatroskaSearched | undefined;
}

/** Reads what is left to be known of the cuts: the end, and without Cues all the key frames. @throws for broken files */
export async function cutOf(
  bytes: MediaBytes,
  layout: MatroskaLayout,
  firsts: FirstBlocks,
  before: MatroskaSearched | undefined,
): Promise<Cut> {
  const playing = layout.tracks.filter(({ kind, number }) => kind !== "subtitle" && firsts.seen.has(number));
  const main = playing.find(({ kind }) => kind === "video") ?? playing[0];
  if (main === undefined) throw new Error("there is nothing to play in it");
  const indexed = layout.cues.get(main.number) ?? [];
  const searched = indexed.length > 0 ? undefined : (before ?? (await searchKeys(bytes, layout, main.number)));
  const keys = searched?.places ?? indexed;
  const ticks: Ticks = { tickNs: layout.tickNs, base: firsts.firstAt };
  const secondsOf = (at: number): number => ((at - ticks.base) * ticks.tickNs) / 1e9;
  const lastAt = (keys.at(-1) as CuePlace).at;
  const said = layout.duration > lastAt ? layout.duration : (searched?.endAt ?? 0);
  const endAt = said > lastAt ? said : await searchEnd(bytes, keys.at(-1) as CuePlace, main.number);
  const keysS = keys.map(({ at }) => secondsOf(at));
  // Of sound every block is a key frame.
  const minMs = main.kind === "video" ? HLS.minSegmentMs : HLS.audioSegmentMs;
  const starts = joinGroups(keysS, secondsOf(endAt), minMs);
  const places = starts.map((index) => keys[index] as CuePlace);
  const first: CuePlace = {
    at: Number.NEGATIVE_INFINITY,
    cluster: layout.firstCluster,
    block: undefined,
    duration: undefined,
  };
  const startsS = places.map(({ at }, index) => (index === 0 ? 0 : secondsOf(at)));
  const endS = Math.max(secondsOf(endAt), (startsS.at(-1) as number) + 0.001);
  return { ticks, main: main.number, places: [first, ...places.slice(1)], plan: { startsS, endS }, searched };
}

/** When a track ends, from its last key frame on, in ticks. */
async function searchEnd(bytes: MediaBytes, last: CuePlace, track: number): Promise<number> {
  let endAt = last.at;
  for await (const block of blocksFrom(bytes, last))
    if (block.track === track) endAt = Math.max(endAt, block.at + (block.duration ?? 0));
  return endAt + 1;
}

/** The blocks of a segment, of all tracks: from the key frame at which it begins to the one at which the next does. */
export async function* blocksOfSegment(bytes: MediaBytes, cut: Cut, segment: number): AsyncGenerator<Block> {
  for await (const { block, isNext } of blocksUpTo(bytes, cut, segment)) {
    if (isNext) return;
    yield block;
  }
}

/**
 * The blocks of a track of sound that belong to a segment: those between its key frames that are heard in it or later, and
 * those behind the next key frame that are heard before it. So none is forgotten or comes twice, whatever lies before what;
 * and sound lasts as long as the pictures, or players would look for what is missing between two segments.
 */
export async function* soundOfSegment(
  bytes: MediaBytes,
  cut: Cut,
  segment: number,
  track: number,
): AsyncGenerator<Block> {
  const startAt = (cut.places[segment] as CuePlace).at;
  const nextAt = cut.places[segment + 1]?.at ?? Number.POSITIVE_INFINITY;
  for await (const { block, isNext } of blocksUpTo(bytes, cut, segment)) {
    if (block.track !== track) continue;
    if (isNext && block.at >= nextAt) return;
    if (isNext || block.at >= startAt) yield block;
  }
}

/** The blocks of a segment, and of the next. */
async function* blocksUpTo(
  bytes: MediaBytes,
  cut: Cut,
  segment: number,
): AsyncGenerator<{ readonly block: Block; readonly isNext: boolean }> {
  const place = cut.places[segment] as CuePlace;
  const [nextAt, limitAt] = [1, 2].map((more) => cut.places[segment + more]?.at ?? Number.POSITIVE_INFINITY) as [
    number,
    number,
  ];
  let [hasBegun, isNext] = [segment === 0, false];
  for await (const block of fromPlace(bytes, cut.main, place)) {
    const keyAt = block.track === cut.main && block.isKey ? block.at : Number.NEGATIVE_INFINITY;
    if (keyAt >= limitAt) return;
    isNext ||= keyAt >= nextAt;
    hasBegun ||= keyAt >= place.at;
    if (hasBegun) yield { block, isNext };
  }
}

/** Where an index says of a block that it is where it is not, its cluster is read from the beginning. */
async function* fromPlace(bytes: MediaBytes, track: number, place: CuePlace): AsyncGenerator<Block> {
  if (place.block !== undefined) {
    let isRight = false;
    for await (const block of blocksFrom(bytes, place)) {
      isRight ||= block.track === track && block.isKey && block.at === place.at;
      if (!isRight) break;
      yield block;
    }
    if (isRight) return;
  }
  yield* blocksFrom(bytes, { cluster: place.cluster, block: undefined });
}
