import type { Input, InputAudioTrack, InputVideoTrack } from "mediabunny";
import type { MediaTrack } from "../playable-types.ts";
import { attempt, bunnyInput, describe, short } from "./bunny-input.ts";
import type { Block } from "./matroska-blocks.ts";
import { blocksOfSegment, type Cut, cutOf, soundOfSegment } from "./matroska-cut.ts";
import { extractOf, type FirstBlocks } from "./matroska-extract.ts";
import { type MatroskaLayout, readLayout } from "./matroska-layout.ts";
import type { MatroskaSearched } from "./matroska-search.ts";
import { describeTexts, MatroskaTexts } from "./matroska-texts.ts";
import { type BlocksOf, MatroskaOpenTrack, type Ticks } from "./matroska-track.ts";
import type { MatroskaTrack } from "./matroska-tracks.ts";
import type { MediaBytes } from "./media-bytes.ts";
import type { OpenFile, OpenTrack } from "./media-file.ts";
import type { SegmentPlan } from "./segment-plan.ts";
import type { Cue } from "./subtitle-cues.ts";

/**
 * A Matroska or WebM file. A segment is what lies in the file between two key frames: a player that has read the pictures
 * has read sound and subtitles with them.
 */
export class MatroskaFile implements OpenFile {
  readonly container: string;
  readonly tracks: readonly MediaTrack[];
  readonly isSeekable: boolean;
  readonly plan: SegmentPlan;
  readonly zeroS: number;
  /** What is to be given to `open` when the file is opened again; `undefined` when it has an index. */
  readonly searched: MatroskaSearched | undefined;
  readonly #input: Input;
  readonly #open: ReadonlyMap<number, MatroskaOpenTrack>;
  readonly #texts: MatroskaTexts;

  private constructor(input: Input, cut: Cut, described: Described, texts: MatroskaTexts, container: string) {
    this.#input = input;
    this.container = container;
    this.tracks = described.tracks;
    this.isSeekable = cut.searched === undefined;
    this.plan = cut.plan;
    this.searched = cut.searched;
    this.zeroS = (-cut.ticks.base * cut.ticks.tickNs) / 1e9;
    this.#open = described.open;
    this.#texts = texts;
  }

  /** @throws for what is no such file, or a broken one */
  static async open(bytes: MediaBytes, before: MatroskaSearched | undefined): Promise<MatroskaFile> {
    const layout = await readLayout(bytes);
    const firsts = await extractOf(bytes, layout);
    const { extract } = firsts;
    const input = bunnyInput({ bytes: extract.length, read: (start, end) => extract.subarray(start, end) }, true);
    try {
      const cut = await cutOf(bytes, layout, firsts, before);
      const blocksOf = (segment: number): AsyncIterable<Block> => blocksOfSegment(bytes, cut, segment);
      const described = await describeAll(input, layout, firsts, cut.ticks, ({ kind, number }) =>
        kind === "audio" && number !== cut.main ? (segment) => soundOfSegment(bytes, cut, segment, number) : blocksOf,
      );
      const texts = new MatroskaTexts(bytes, layout, cut, blocksOf);
      return new MatroskaFile(input, cut, described, texts, layout.isWebM ? "webm" : "matroska");
    } catch (error) {
      input.dispose();
      throw error;
    }
  }

  open(track: number): OpenTrack | undefined {
    return this.#open.get(track);
  }

  cues(track: number, segment: number): Promise<readonly Cue[]> {
    return this.#texts.cues(track, segment);
  }

  close(): void {
    this.#input.dispose();
  }
}

interface Described {
  readonly tracks: readonly MediaTrack[];
  readonly open: ReadonlyMap<number, MatroskaOpenTrack>;
}

async function describeAll(
  input: Input,
  layout: MatroskaLayout,
  firsts: FirstBlocks,
  ticks: Ticks,
  blocksOf: (track: MatroskaTrack) => BlocksOf,
): Promise<Described> {
  const said = new Map(
    (await input.getTracks()).filter(({ id }) => firsts.seen.has(id)).map((track) => [track.id, track]),
  );
  const open = new Map<number, MatroskaOpenTrack>();
  const tracks: MediaTrack[] = [];
  for (const [index, track] of layout.tracks.entries()) {
    const number = index + 1;
    const found = said.get(track.number);
    if (track.kind === "subtitle") tracks.push(describeTexts(track, number));
    else if (found?.isVideoTrack() || found?.isAudioTrack()) {
      const described = { ...(await describe(found, number)), isDefault: track.isDefault };
      const opened = await openTrack(found, track, described.problem, () => blocksOf(track), ticks);
      if (opened) open.set(number, opened);
      tracks.push(opened ? described : { ...described, problem: described.problem ?? "It cannot be read." });
    } else tracks.push(unknown(track, number));
  }
  return { tracks, open };
}

async function openTrack(
  found: InputVideoTrack | InputAudioTrack,
  track: MatroskaTrack,
  problem: string | undefined,
  blocksOf: () => BlocksOf,
  ticks: Ticks,
): Promise<MatroskaOpenTrack | undefined> {
  const isPacked = track.packing.kind === "zlib" || track.packing.kind === "unknown";
  if (problem !== undefined || isPacked) return undefined;
  return await attempt(() => MatroskaOpenTrack.open(found, track, ticks, blocksOf()));
}

const unknown = (track: MatroskaTrack, number: number): MediaTrack => ({
  number,
  kind: track.kind,
  codec: short(track.codecId) || undefined,
  codecString: undefined,
  language: short(track.language),
  title: short(track.name),
  isDefault: track.isDefault,
  problem: "Its codec is not known.",
});
