import { HLS } from "../../core/limits.ts";
import type { MediaTrack } from "../playable-types.ts";
import { attempt, short } from "./bunny-input.ts";
import { type Block, blocksFrom } from "./matroska-blocks.ts";
import type { CuePlace } from "./matroska-cues.ts";
import type { Cut } from "./matroska-cut.ts";
import type { MatroskaLayout } from "./matroska-layout.ts";
import { type BlocksOf, unpacked } from "./matroska-track.ts";
import type { MatroskaTrack } from "./matroska-tracks.ts";
import type { MediaBytes } from "./media-bytes.ts";
import { assText, type Cue, cueOf, plainText } from "./subtitle-cues.ts";

/** Short names of the codecs of subtitles, and those that are text. */
const CODECS: Readonly<Record<string, { readonly codec: string; readonly read?: (text: string) => string }>> = {
  "S_TEXT/UTF8": { codec: "subrip", read: plainText },
  "S_TEXT/ASCII": { codec: "subrip", read: plainText },
  "S_TEXT/WEBVTT": { codec: "webvtt", read: plainText },
  "S_TEXT/ASS": { codec: "ass", read: assText },
  "S_TEXT/SSA": { codec: "ssa", read: assText },
  S_ASS: { codec: "ass", read: assText },
  S_SSA: { codec: "ssa", read: assText },
  "S_HDMV/PGS": { codec: "pgs" },
  S_VOBSUB: { codec: "vobsub" },
  S_DVBSUB: { codec: "dvbsub" },
};

/** A subtitle track's description: those that are pictures have a problem. */
export function describeTexts(track: MatroskaTrack, number: number): MediaTrack {
  const known = CODECS[track.codecId];
  const isReadable = known?.read !== undefined && track.packing.kind !== "unknown";
  const problem = known === undefined ? "Its codec is not known." : "It is made of pictures, not of text.";
  return {
    number,
    kind: "subtitle",
    codec: known?.codec ?? (short(track.codecId) || undefined),
    codecString: undefined,
    language: short(track.language),
    title: short(track.name),
    isDefault: track.isDefault,
    problem: isReadable ? undefined : known?.read === undefined ? problem : "It is encrypted.",
  };
}

/** The cues of a Matroska file's text tracks. */
export class MatroskaTexts {
  readonly #bytes: MediaBytes;
  readonly #layout: MatroskaLayout;
  readonly #cut: Cut;
  readonly #blocksOf: BlocksOf;

  constructor(bytes: MediaBytes, layout: MatroskaLayout, cut: Cut, blocksOf: BlocksOf) {
    this.#bytes = bytes;
    this.#layout = layout;
    this.#cut = cut;
    this.#blocksOf = blocksOf;
  }

  /** Of the track with this number in the file's order, from 1. */
  async cues(number: number, segment: number): Promise<Cue[]> {
    const track = this.#layout.tracks[number - 1];
    const read = track && CODECS[track.codecId]?.read;
    if (track?.kind !== "subtitle" || read === undefined) return [];
    const places = this.#layout.cues.get(track.number) ?? [];
    // Most files list every subtitle in their index; in others it lies with the pictures that it is shown over.
    const blocks = places.length > 0 ? this.#listed(track, places, segment) : this.#blocksOf(segment);
    const cues: Cue[] = [];
    for await (const block of blocks) {
      if (block.track !== track.number) continue;
      const cue = await attempt(() => this.#cueOf(block, track, read));
      if (cue !== undefined && cues.length < HLS.maxCues) cues.push(cue);
    }
    return cues;
  }

  async *#listed(track: MatroskaTrack, places: readonly CuePlace[], segment: number): AsyncGenerator<Block> {
    const { startsS, endS } = this.#cut.plan;
    const startAt = this.#ticks(startsS[segment] as number);
    const nextS = startsS[segment + 1];
    const endAt = nextS === undefined ? this.#ticks(endS) + 3_600_000 : this.#ticks(nextS);
    for (const place of places) {
      const isShown = place.at >= startAt || place.at + (place.duration ?? 0) > startAt;
      if (place.at < endAt && isShown) yield* this.#blockAt(track, place);
    }
  }

  async *#blockAt(track: MatroskaTrack, place: CuePlace): AsyncGenerator<Block> {
    let count = 0;
    for await (const block of blocksFrom(this.#bytes, place)) {
      const isIt = block.track === track.number && block.at === place.at;
      if (isIt) yield block;
      // Where the index knows the cluster only, the block is one of it.
      if (isIt || place.block !== undefined || block.cluster !== place.cluster || count++ > HLS.maxFirstBlocks) return;
    }
  }

  async #cueOf(block: Block, track: MatroskaTrack, read: (text: string) => string): Promise<Cue | undefined> {
    const [frame] = await block.frames();
    if (frame === undefined || frame.length > HLS.cacheBlockBytes) return undefined;
    const startS = ((block.at - this.#cut.ticks.base) * this.#cut.ticks.tickNs) / 1e9;
    // One that does not say how long it is shown would never go: three seconds are what people expect.
    const lastsS = block.duration === undefined ? 3 : (block.duration * this.#cut.ticks.tickNs) / 1e9;
    const text = read(
      new TextDecoder().decode(unpacked(frame, track.packing)).replace(/\r\n?/g, "\n").split("\0", 1)[0] ?? "",
    );
    return cueOf(Math.max(0, startS), startS + lastsS, text);
  }

  #ticks(seconds: number): number {
    return Math.round((seconds * 1e9) / this.#cut.ticks.tickNs) + this.#cut.ticks.base;
  }
}
