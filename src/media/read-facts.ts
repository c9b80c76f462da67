import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import {
  ADTS,
  CustomSource,
  FLAC,
  Input,
  type InputFormat,
  type InputTrack,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from "mediabunny";
import type { Track } from "../core/content/claims.ts";
import { labelOf } from "../core/content/label.ts";
import { MEDIA, VIDEO } from "../core/limits.ts";
import { matroskaHead } from "./matroska-head.ts";
import type { FactsJob, MediaFacts } from "./media-facts.ts";
import { movieDurationMs } from "./movie-header.ts";

interface Names {
  readonly container: string;
  readonly mediaType: string;
  /** Without a picture. */
  readonly audioType?: string;
  readonly isMatroska?: boolean;
  readonly isMovie?: boolean;
}

/** What is read. HLS is not among them: its playlists name other files. */
const FORMATS: ReadonlyMap<InputFormat, Names> = new Map<InputFormat, Names>([
  [MP4, { container: "mp4", mediaType: "video/mp4", audioType: "audio/mp4", isMovie: true }],
  [QTFF, { container: "mov", mediaType: "video/quicktime", isMovie: true }],
  [MATROSKA, { container: "matroska", mediaType: "video/x-matroska", audioType: "audio/x-matroska", isMatroska: true }],
  [WEBM, { container: "webm", mediaType: "video/webm", audioType: "audio/webm", isMatroska: true }],
  [WAVE, { container: "wav", mediaType: "audio/wav" }],
  // Pictures in Ogg are not seen, so that it cannot be said to be audio only.
  [OGG, { container: "ogg", mediaType: "application/ogg" }],
  [FLAC, { container: "flac", mediaType: "audio/flac" }],
  [MP3, { container: "mp3", mediaType: "audio/mpeg" }],
  [ADTS, { container: "aac", mediaType: "audio/aac" }],
  [MPEG_TS, { container: "mpeg-ts", mediaType: "video/mp2t" }],
]);

Logging.level = LogLevel.Silent;

/** What a file says of itself; `undefined` for what is no media file. May take any time and memory, but never rejects. */
export async function readFacts(job: FactsJob): Promise<MediaFacts | undefined> {
  const file = await attempt(() => new BoundedFile(job));
  if (file === undefined) return undefined;
  const input = new Input({ formats: [...FORMATS.keys()], source: sourceOf(file) });
  try {
    return await attempt(() => factsOf(input, file));
  } finally {
    input.dispose();
    file.close();
  }
}

async function factsOf(input: Input, file: BoundedFile): Promise<MediaFacts | undefined> {
  const names = FORMATS.get(await input.getFormat());
  const found = (await input.getTracks()).slice(0, VIDEO.maxTracks);
  if (names === undefined || found.length === 0) return undefined;
  const tracks: Track[] = [];
  for (const track of found) tracks.push(await trackOf(track));
  // What mediabunny leaves out: the title of a Matroska file, and its subtitle tracks.
  const head = names.isMatroska ? await attempt(() => matroskaHead(file.head())) : undefined;
  // In this order: attachments lie among the tags, and may use up what may be read.
  file.searchFromNow();
  const stated = names.isMovie ? await attempt(() => movieDurationMs(file.read.bind(file), file.bytes)) : undefined;
  const durationMs = whole(stated ?? (await durationOf(input, found)));
  const title = head?.title || labelOf((await attempt(() => input.getMetadataTags()))?.title ?? "");
  const isAudio = !tracks.some(({ kind }) => kind === "video");
  return {
    mediaType: isAudio ? (names.audioType ?? names.mediaType) : names.mediaType,
    durationMs,
    tracks: [...tracks, ...(head?.subtitles ?? [])].slice(0, VIDEO.maxTracks),
    container: names.container,
    ...(title === "" ? {} : { title }),
  };
}

/** In ms. From the metadata, which for most files is read already; else from the first and last packets. */
async function durationOf(input: Input, tracks: InputTrack[]): Promise<number> {
  const said = await attempt(() => input.getDurationFromMetadata(tracks));
  if (typeof said === "number") return said * 1000;
  const end = await attempt(() => input.computeDuration(tracks));
  // A recording of a broadcast begins at the hour that its sender's clock shows.
  const start = await attempt(() => input.getFirstTimestamp(tracks));
  return ((end ?? 0) - Math.max(0, start ?? 0)) * 1000;
}

async function trackOf(track: InputTrack): Promise<Track> {
  const language = await attempt(() => track.getLanguageCode());
  const isPicture = track.isVideoTrack();
  return {
    kind: isPicture ? "video" : track.isAudioTrack() ? "audio" : "other",
    codec: short(await codecOf(track)),
    language: language === "und" ? "" : short(language ?? ""),
    name: short((await attempt(() => track.getName())) ?? ""),
    width: isPicture ? whole((await attempt(() => track.getDisplayWidth())) ?? 0) : 0,
    height: isPicture ? whole((await attempt(() => track.getDisplayHeight())) ?? 0) : 0,
  };
}

async function codecOf(track: InputTrack): Promise<string> {
  const codec = (await attempt(() => track.getCodecParameterString())) ?? (await attempt(() => track.getCodec()));
  if (typeof codec === "string") return codec;
  const id = await attempt(() => track.getInternalCodecId());
  return typeof id === "number" ? `0x${id.toString(16)}` : typeof id === "string" ? id : "";
}

const short = (text: string): string => labelOf(text, VIDEO.maxShortLabelChars);

const whole = (value: number): number => (Number.isSafeInteger(Math.round(value)) ? Math.max(0, Math.round(value)) : 0);

/** What a hostile file makes mediabunny throw is not worth telling apart: there is no such fact. */
async function attempt<Value>(read: () => Value | Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}

/** A stranger's file, of which so much may be read. */
class BoundedFile {
  readonly bytes: number;
  readonly #fd: number;
  readonly #maxSearchMs: number;
  #bytesLeft: number;
  #untilMs = Number.POSITIVE_INFINITY;

  /** @throws for what is no regular file */
  constructor({ path, maxFileReadBytes, maxSearchMs }: FactsJob) {
    const place = typeof path === "string" ? path : Buffer.from(path);
    // Asked before opening, which can have effects on a device, and after it, because another may have come meanwhile:
    // to open a FIFO waits for a writer, but not with O_NONBLOCK, which Windows lacks.
    if (!statSync(place).isFile()) throw new Error("no file");
    this.#fd = openSync(place, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(this.#fd);
    this.bytes = stat.size;
    this.#bytesLeft = maxFileReadBytes;
    this.#maxSearchMs = maxSearchMs;
    if (stat.isFile()) return;
    this.close();
    throw new Error("no file");
  }

  searchFromNow(): void {
    this.#untilMs = performance.now() + this.#maxSearchMs;
  }

  /** Synchronously: nothing else happens in this thread. @throws when it is more than may be read, or than there is */
  read(start: number, end: number): Uint8Array {
    this.#bytesLeft -= end - start;
    const isTooMuch = this.#bytesLeft < 0 || end - start > MEDIA.maxOneReadBytes;
    if (isTooMuch || performance.now() > this.#untilMs) throw new Error("too much to read");
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.#fd, bytes, done, bytes.length - done, start + done);
      if (read === 0) throw new Error("the file was cut while it was read");
      done += read;
    }
    return bytes;
  }

  head(): Uint8Array {
    return this.read(0, Math.min(this.bytes, MEDIA.maxHeadBytes));
  }

  /** Afterwards nothing is read: the descriptor may be another file's. */
  close(): void {
    this.#bytesLeft = 0;
    closeSync(this.#fd);
  }
}

const sourceOf = (file: BoundedFile): CustomSource =>
  new CustomSource({
    getSize: () => file.bytes,
    read: (start, end) => file.read(start, end),
    prefetchProfile: "fileSystem",
    maxCacheSize: MEDIA.maxMediaCacheBytes,
    handleUnhandledError: () => undefined,
  });
