import { EncodedPacketSink, type Input, type InputAudioTrack, type InputTrack, type InputVideoTrack } from "mediabunny";
import { HLS, VIDEO } from "../../core/limits.ts";
import { beginsAsMovie } from "../looks-like-media.ts";
import type { MediaTrack } from "../playable-types.ts";
import { attempt, bunnyInput, CONTAINERS, describe } from "./bunny-input.ts";
import { BunnyTrack, type Cuts } from "./bunny-track.ts";
import type { MediaBytes } from "./media-bytes.ts";
import type { OpenFile, OpenTrack } from "./media-file.ts";
import { MovieTexts } from "./movie-texts.ts";
import { evenStarts, joinGroups, type SegmentPlan } from "./segment-plan.ts";
import type { Cue } from "./subtitle-cues.ts";

/** What a file without an index was searched for, once. */
export interface Searched {
  /** In seconds, rising. */
  readonly keysS: Float64Array;
  readonly endS: number;
}

type Playing = InputVideoTrack | InputAudioTrack;

/** All that mediabunny reads but Matroska: its index is read by mediabunny, or the file is searched once. */
export class BunnyFile implements OpenFile {
  readonly container: string;
  readonly tracks: readonly MediaTrack[];
  readonly isSeekable: boolean;
  readonly plan: SegmentPlan;
  readonly zeroS: number;
  /** What is to be given to `open` when the file is opened again; `undefined` when it has an index. */
  readonly searched: Searched | undefined;
  readonly #input: Input;
  readonly #tracks: ReadonlyMap<number, BunnyTrack>;
  readonly #texts: MovieTexts;

  private constructor(input: Input, found: Found) {
    this.#input = input;
    this.container = found.container;
    this.tracks = found.tracks;
    this.isSeekable = found.isSeekable;
    this.plan = found.plan;
    this.zeroS = found.zeroS;
    this.searched = found.searched;
    this.#tracks = found.open;
    this.#texts = found.texts;
  }

  /** @throws for what mediabunny cannot read */
  static async open(bytes: MediaBytes, searched: Searched | undefined): Promise<BunnyFile> {
    const input = bunnyInput(bytes, beginsAsMovie(await bytes.upTo(0, 8)));
    try {
      return new BunnyFile(input, await find(input, bytes, searched));
    } catch (error) {
      input.dispose();
      throw error;
    }
  }

  open(track: number): OpenTrack | undefined {
    return this.#tracks.get(track);
  }

  cues(track: number, segment: number): Promise<readonly Cue[]> {
    const { startsS } = this.plan;
    return this.#texts.cues(track, startsS[segment] as number, startsS[segment + 1] ?? Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#input.dispose();
  }
}

interface Found {
  readonly container: string;
  readonly tracks: readonly MediaTrack[];
  readonly isSeekable: boolean;
  readonly plan: SegmentPlan;
  readonly zeroS: number;
  readonly searched: Searched | undefined;
  readonly open: ReadonlyMap<number, BunnyTrack>;
  readonly texts: MovieTexts;
}

async function find(input: Input, bytes: MediaBytes, before: Searched | undefined): Promise<Found> {
  const container = CONTAINERS.get(await input.getFormat()) as string;
  const all = (await input.getTracks()).slice(0, VIDEO.maxTracks);
  const playing = all.filter((track): track is Playing => track.isVideoTrack() || track.isAudioTrack());
  const described = await Promise.all(playing.map((track, index) => describe(track, index + 1)));
  const main = playing.find((track, index) => isShown(track, described[index] as MediaTrack)) ?? playing[0];
  if (main === undefined) throw new Error("there is nothing to play in it");
  const baseS = await firstOf(playing);
  const { keysS, endS, searched } = await keysOf(input, main, { bytes, container, before });
  const cuts: Cuts = { startsS: cutsOf(main, keysS, baseS, endS), baseS };
  const plan = planOf(cuts, endS);
  const open = new Map<number, BunnyTrack>();
  const tracks: MediaTrack[] = [];
  for (const [index, track] of described.entries()) {
    const opened =
      track.problem === undefined && (await attempt(() => BunnyTrack.open(playing[index] as Playing, cuts)));
    if (opened) open.set(track.number, opened);
    tracks.push(opened || track.problem !== undefined ? track : { ...track, problem: "It cannot be read." });
  }
  // A transport stream begins at the hour that its sender's clock shows.
  const zeroS = container === "mpeg-ts" ? 0 : -baseS;
  const texts = await MovieTexts.find(
    container === "mp4" || container === "mov" ? bytes : undefined,
    tracks.length,
    zeroS,
  );
  const isSeekable = searched === undefined;
  return { container, tracks: [...tracks, ...texts.tracks], isSeekable, plan, zeroS, searched, open, texts };
}

const isShown = (track: InputTrack, { problem }: MediaTrack): boolean => track.isVideoTrack() && problem === undefined;

async function firstOf(tracks: readonly InputTrack[]): Promise<number> {
  const firsts = await Promise.all(tracks.map((track) => attempt(() => track.getFirstTimestamp())));
  const known = firsts.filter((first): first is number => first !== undefined && Number.isFinite(first));
  return known.length === 0 ? 0 : Math.min(...known);
}

function cutsOf(main: Playing, keysS: Float64Array, baseS: number, endS: number): readonly number[] {
  if (!main.isVideoTrack()) return evenStarts(endS - baseS).map((startS) => startS + baseS);
  return joinGroups(keysS, endS).map((key) => keysS[key] as number);
}

/** Segment 0 begins with the presentation, whichever track is first. */
function planOf({ startsS, baseS }: Cuts, endS: number): SegmentPlan {
  const starts = startsS.map((startS, index) => (index === 0 ? 0 : startS - baseS));
  return { startsS: starts, endS: Math.max(endS - baseS, (starts.at(-1) ?? 0) + 0.001) };
}

const LEAST_MP3_BYTES_PER_SECOND = 1000;

interface Keys extends Searched {
  /** When it was a search. */
  readonly searched: Searched | undefined;
}

async function keysOf(
  input: Input,
  main: Playing,
  { bytes, container, before }: { bytes: MediaBytes; container: string; before: Searched | undefined },
): Promise<Keys> {
  if (before !== undefined) return { ...before, searched: before };
  const said = await attempt(() => input.getDurationFromMetadata());
  const isIndexed =
    container !== "mpeg-ts" && typeof said === "number" && said > 0 && isPossible(said, container, bytes);
  bytes.isSearched = !isIndexed;
  const keysS = Float64Array.from(main.isVideoTrack() ? await walkKeys(main) : []);
  const endS = isIndexed ? said : await input.computeDuration([main]);
  bytes.isSearched = false;
  return { keysS, endS, searched: isIndexed ? undefined : { keysS, endS } };
}

/** MP3 has at least 8 kbit/s: a header may say that some kilobytes last for a year, and then has a segment for each minute of it. */
const isPossible = (durationS: number, container: string, { bytes }: MediaBytes): boolean =>
  container !== "mp3" || durationS * LEAST_MP3_BYTES_PER_SECOND <= bytes;

/** The times of all key frames, rising. Of a file with an index that reads the index only. */
async function walkKeys(main: Playing): Promise<number[]> {
  const sink = new EncodedPacketSink(main);
  const keysS: number[] = [];
  let key = await sink.getFirstKeyPacket({ metadataOnly: true });
  for (; key !== null; key = await sink.getNextKeyPacket(key, { metadataOnly: true })) {
    if (keysS.length >= HLS.maxKeys) throw new Error("too many key frames");
    if (key.timestamp > (keysS.at(-1) ?? Number.NEGATIVE_INFINITY)) keysS.push(key.timestamp);
  }
  if (keysS.length === 0) throw new Error("no key frame");
  return keysS;
}
