/** The bytes of a media file, wherever they are. */
export interface MediaInput {
  readonly bytes: number;
  /** The bytes from `start` to before `end`, all of them. Rejects when they cannot be had. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Nobody waits any more for what is being read: it may take its time. Whoever wants some of it reads it again. */
  rest?(): void;
}

/** A subtitle file beside the video. */
export interface SubtitleInput extends MediaInput {
  readonly fileName: string;
  /** BCP 47; empty when unknown. */
  readonly language: string;
}

/** One track of a media file. Texts are the file's own claims: text, never markup. */
export interface MediaTrack {
  /** From 1, in the order of the file; subtitle files beside it come last. */
  readonly number: number;
  readonly kind: "video" | "audio" | "subtitle";
  /** The codec's short name (`avc`, `aac`, `subrip` …); `undefined`: not known. */
  readonly codec: string | undefined;
  /** RFC 6381, what `MediaSource.isTypeSupported` is asked with; `undefined`: it has none. */
  readonly codecString: string | undefined;
  /** BCP 47; empty when unknown. */
  readonly language: string;
  readonly title: string;
  readonly isDefault: boolean;
  /** Why it cannot be put into HLS, in words for people; `undefined`: it can. */
  readonly problem: string | undefined;
  readonly width?: number;
  readonly height?: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
}

/** What there is in a media file. */
export interface MediaInfo {
  /** `mp4`, `mov`, `matroska`, `webm`, `mpeg-ts`, `mp3` …. */
  readonly container: string;
  readonly durationMs: number;
  readonly tracks: readonly MediaTrack[];
  /** Whether a browser that knows the container and the codecs can play the file itself by ranges. */
  readonly isDirect: boolean;
}

/**
 * A media file as HLS (RFC 8216, CMAF), made on request from the original bytes, of which only what is needed is read. The
 * same request gives the same bytes. Names are relative: `master.m3u8` names `t<track>.m3u8`, which names
 * `t<track>/init.mp4` and `t<track>/<segment>.m4s` (`.vtt` for subtitles, `.mp3` for MP3).
 */
export interface Playable {
  readonly info: MediaInfo;
  /** The multivariant playlist. @param tracks the numbers of those that the viewer can play; all unless told */
  master(tracks?: readonly number[]): string;
  /** A track's playlist; `undefined`: no such track, or none that can be put into HLS. */
  playlist(track: number): Promise<string | undefined>;
  /** A track's initialisation segment; `undefined` as above, and for tracks without one. */
  init(track: number): Promise<Uint8Array | undefined>;
  /**
   * A segment, given while it is made; `undefined`: there is no such one. Who does not want it any more calls `return`, at
   * any time, also before the first piece: then no more is made. Who does not read holds one of few places.
   */
  segment(track: number, segment: number): Promise<AsyncGenerator<Uint8Array> | undefined>;
  /** Its memory is free again; what is under way rejects with CardumeError `media-closed`. */
  close(): Promise<void>;
}

/**
 * Opens media files in a process of its own: a hostile file ends that process, never the node.
 *
 * All rejections are CardumeErrors with exit code 1: `media-unsupported` (no media of a known kind), `media-failed` (the
 * process ended over it, or this part is damaged), `media-busy` (too many requests), `media-closed`; or what an input's
 * `read` rejected with.
 */
export interface MediaService {
  /** Something is going to be opened: the process is started, which takes some tenths of a second. */
  warm?(): void;
  /** Reads what a file says of itself, and its index. */
  open(input: MediaInput, subtitles: readonly SubtitleInput[]): Promise<Playable>;
  close(): Promise<void>;
}
