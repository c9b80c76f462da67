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
import { labelOf } from "../../core/content/label.ts";
import { HLS, VIDEO } from "../../core/limits.ts";
import type { MediaTrack } from "../playable-types.ts";
import { CMAF_CODECS } from "./init-segment.ts";
import type { MediaBytes } from "./media-bytes.ts";

Logging.level = LogLevel.Silent;

/** What is read, by name. HLS is not among them: its playlists name other files. */
export const CONTAINERS: ReadonlyMap<InputFormat, string> = new Map<InputFormat, string>([
  [MP4, "mp4"],
  [QTFF, "mov"],
  [MATROSKA, "matroska"],
  [WEBM, "webm"],
  [WAVE, "wav"],
  [OGG, "ogg"],
  [FLAC, "flac"],
  [MP3, "mp3"],
  [ADTS, "aac"],
  [MPEG_TS, "mpeg-ts"],
]);

/**
 * Opens bytes with mediabunny, which keeps little: they are kept already.
 * @param isIndexed whether the file says where each picture is: then nothing around it is read; else it is read on and on
 */
export function bunnyInput(bytes: Pick<MediaBytes, "bytes" | "read">, isIndexed: boolean): Input {
  const source = new CustomSource({
    getSize: () => bytes.bytes,
    read: (start, end) => bytes.read(start, end),
    prefetchProfile: isIndexed ? "none" : "fileSystem",
    maxCacheSize: HLS.maxMediaReadBytes,
    handleUnhandledError: () => undefined,
  });
  return new Input({ formats: [...CONTAINERS.keys()], source });
}

/** What a track says of itself. Never throws: what cannot be read is its problem. */
export async function describe(track: InputTrack, number: number): Promise<MediaTrack> {
  const codec = (await attempt(() => track.getCodec())) ?? undefined;
  const codecString = codec && (await attempt(() => track.getCodecParameterString()));
  const language = await attempt(() => track.getLanguageCode());
  const internal = await attempt(() => track.getInternalCodecId());
  return {
    number,
    kind: track.isVideoTrack() ? "video" : "audio",
    codec: codec ?? (typeof internal === "string" ? short(internal) : undefined),
    // The file's track is tagged hvc1 in the initialisation segment, and Safari wants it to be called so.
    codecString: codecString?.replace(/^hev1/, "hvc1") ?? undefined,
    language: language === undefined || language === "und" ? "" : short(language),
    title: short((await attempt(() => track.getName())) ?? ""),
    isDefault: (await attempt(() => track.getDisposition()))?.default ?? false,
    problem: problemOf(codec, codecString ?? undefined),
    ...(await measures(track)),
  };
}

function problemOf(codec: string | undefined, codecString: string | undefined): string | undefined {
  if (codec === undefined) return "Its codec is not known.";
  if (codec === "mp3") return undefined;
  if (!CMAF_CODECS.has(codec)) return "Its codec cannot be put into HLS.";
  return codecString === undefined ? "It cannot be read." : undefined;
}

async function measures(track: InputTrack): Promise<Partial<MediaTrack>> {
  if (track.isVideoTrack()) {
    const width = whole(await attempt(() => track.getDisplayWidth()));
    const height = whole(await attempt(() => track.getDisplayHeight()));
    return width > 0 && height > 0 ? { width, height } : {};
  }
  if (!track.isAudioTrack()) return {};
  const channels = whole(await attempt(() => track.getNumberOfChannels()));
  const sampleRateHz = whole(await attempt(() => track.getSampleRate()));
  return { ...(channels > 0 ? { channels } : {}), ...(sampleRateHz > 0 ? { sampleRateHz } : {}) };
}

/** A name from a file, as a label. */
export const short = (text: string): string => labelOf(text, VIDEO.maxShortLabelChars);

const whole = (value: number | undefined): number =>
  Number.isSafeInteger(Math.round(value ?? 0)) ? Math.max(0, Math.round(value ?? 0)) : 0;

/** `undefined` when it fails: which of mediabunny's errors it was is not worth telling apart. */
export async function attempt<Value>(read: () => Value | Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
