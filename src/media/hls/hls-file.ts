import { HLS, VIDEO } from "../../core/limits.ts";
import type { MediaInfo, MediaTrack } from "../playable-types.ts";
import { BunnyFile, type Searched } from "./bunny-file.ts";
import { short } from "./bunny-input.ts";
import { fragmentsOf } from "./fragment-writer.ts";
import { MatroskaFile } from "./matroska-file.ts";
import type { MatroskaSearched } from "./matroska-search.ts";
import type { MediaBytes } from "./media-bytes.ts";
import type { OpenTrack } from "./media-file.ts";
import { packedOf } from "./packed-audio.ts";
import { trackPlaylist } from "./playlists.ts";
import { type Cue, readSubtitles } from "./subtitle-cues.ts";
import { webVtt } from "./webvtt.ts";

/** A subtitle file beside a video, for the process that reads it. */
export interface SubtitleBytes {
  readonly fileName: string;
  readonly language: string;
  readonly bytes: MediaBytes;
}

/** What a search brought, to be given back when the file is opened again. */
export type Saved = { readonly matroska: MatroskaSearched } | { readonly other: Searched };

/** A media file as HLS, in the process that reads it. */
export class HlsFile {
  readonly info: MediaInfo;
  readonly saved: Saved | undefined;
  readonly #file: BunnyFile | MatroskaFile;
  readonly #beside: ReadonlyMap<number, SubtitleBytes>;

  private constructor(file: BunnyFile | MatroskaFile, subtitles: readonly SubtitleBytes[]) {
    this.#file = file;
    const inside = file.tracks;
    const beside = subtitles
      .slice(0, VIDEO.maxSubtitleFiles)
      .map((subtitle, index) => besideTrack(subtitle, inside.length + 1 + index));
    this.#beside = new Map(beside.map(({ number }, index) => [number, subtitles[index] as SubtitleBytes]));
    this.info = {
      container: file.container,
      durationMs: Math.round(file.plan.endS * 1000),
      tracks: [...inside, ...beside],
      isDirect: isDirect(file),
    };
    this.saved = savedOf(file);
  }

  /** @throws for what is no media file that is known, and when bytes cannot be had */
  static async open(bytes: MediaBytes, subtitles: readonly SubtitleBytes[], saved?: Saved): Promise<HlsFile> {
    const head = await bytes.upTo(0, 4);
    const isMatroska = Buffer.from(head).toString("hex") === "1a45dfa3";
    if (isMatroska) {
      return new HlsFile(
        await MatroskaFile.open(bytes, saved && "matroska" in saved ? saved.matroska : undefined),
        subtitles,
      );
    }
    return new HlsFile(await BunnyFile.open(bytes, saved && "other" in saved ? saved.other : undefined), subtitles);
  }

  /** As `Playable` has it. */
  playlist(track: number): string | undefined {
    const found = this.#track(track);
    if (found === undefined) return undefined;
    const { startsS, endS } = this.#file.plan;
    if (this.#beside.has(track)) return trackPlaylist(track, "vtt", [endS]);
    const lengthsS = startsS.map((startS, index) => Math.max(0.001, (startsS[index + 1] ?? endS) - startS));
    return trackPlaylist(track, found.kind === "subtitle" ? "vtt" : found.codec === "mp3" ? "mp3" : "m4s", lengthsS);
  }

  /** As `Playable` has it. */
  async init(track: number): Promise<Uint8Array | undefined> {
    const opened = this.#file.open(track);
    return opened === undefined || opened.isPacked ? undefined : await opened.init();
  }

  /** As `Playable` has it, in pieces of any size. Once it is aborted no more is read for it. */
  segment(track: number, segment: number, signal: AbortSignal): AsyncGenerator<Uint8Array> | undefined {
    const found = this.#track(track);
    const { startsS } = this.#file.plan;
    const count = this.#beside.has(track) ? 1 : startsS.length;
    if (found === undefined || segment < 0 || segment >= count || !Number.isInteger(segment)) return undefined;
    if (found.kind === "subtitle") return this.#texts(track, segment);
    const opened = this.#file.open(track);
    return opened && this.#media(opened, segment, signal);
  }

  close(): void {
    this.#file.close();
  }

  #track(number: number): MediaTrack | undefined {
    return this.info.tracks.find((track) => track.number === number && track.problem === undefined);
  }

  #media(track: OpenTrack, segment: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const packets = whileWanted(track.packets(segment), signal);
    const { timescale } = track.shape;
    if (track.isPacked) return packedOf(packets, timescale);
    const { startsS } = this.#file.plan;
    const nextS = startsS[segment + 1];
    const end = nextS === undefined ? undefined : Math.round(nextS * timescale);
    return fragmentsOf(packets, track.shape, {
      segment,
      start: Math.round((startsS[segment] as number) * timescale),
      end,
    });
  }

  async *#texts(track: number, segment: number): AsyncGenerator<Uint8Array> {
    const beside = this.#beside.get(track);
    yield webVtt(beside === undefined ? await this.#file.cues(track, segment) : await this.#read(beside.bytes));
  }

  async #read(bytes: MediaBytes): Promise<Cue[]> {
    const { zeroS } = this.#file;
    const cues = readSubtitles(await bytes.upTo(0, HLS.maxSubtitleTextBytes));
    return cues
      .map(({ startS, endS, text }) => ({ startS: Math.max(0, startS + zeroS), endS: endS + zeroS, text }))
      .filter(({ startS, endS }) => endS > startS);
  }
}

async function* whileWanted<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  for await (const item of items) {
    if (signal.aborted) return;
    yield item;
  }
}

function besideTrack({ fileName, language }: SubtitleBytes, number: number): MediaTrack {
  const isText = /\.(srt|vtt)$/i.test(fileName);
  return {
    number,
    kind: "subtitle",
    codec: /\.vtt$/i.test(fileName) ? "webvtt" : isText ? "subrip" : undefined,
    codecString: undefined,
    language: short(language),
    title: short(fileName),
    isDefault: false,
    problem: isText ? undefined : "It is no .srt and no .vtt file.",
  };
}

/** A browser shows no subtitles that are inside, and plays one track of sound only. */
function isDirect({ container, tracks, isSeekable }: BunnyFile | MatroskaFile): boolean {
  const sounds = tracks.filter(({ kind }) => kind === "audio").length;
  const texts = tracks.filter(({ kind, problem }) => kind === "subtitle" && problem === undefined).length;
  return container !== "mpeg-ts" && isSeekable && sounds <= 1 && texts === 0;
}

function savedOf(file: BunnyFile | MatroskaFile): Saved | undefined {
  if (file instanceof MatroskaFile) return file.searched && { matroska: file.searched };
  return file.searched && { other: file.searched };
}
