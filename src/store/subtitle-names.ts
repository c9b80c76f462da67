import { VIDEO } from "../core/limits.ts";

/** A subtitle file by its name beside a video's. */
export interface SubtitleName {
  readonly name: string;
  /** As BCP 47 writes it, empty when the name says none. */
  readonly language: string;
}

/** Formats that are text; of others no page could show a line. */
const SUBTITLES = new Set(["srt", "vtt", "ass", "ssa"]);

/** Beside `film.jpg` a `film.srt` has no film. */
const VIDEOS = new Set(
  "3g2 3gp asf avi divx f4v flv m2ts m4v mkv mov mp4 mpeg mpg mts mxf ogm ogv rm rmvb ts vob webm wmv".split(" "),
);

const SOUNDS = new Set("aac aif aiff flac m4a m4b mka mp2 mp3 oga ogg opus wav weba wma".split(" "));

// `hi` is for the hard of hearing in nearly every file name that has it.
const NO_LANGUAGES = new Set(["cc", "hi", "sdh"]);

const LANGUAGE = /^([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?$/i;

/** Which subtitle files of one folder belong to which of its videos. */
export class FolderSubtitles {
  /** By the folded stem of their video. */
  readonly #byStem = new Map<string, SubtitleName[]>();
  readonly #owned = new Set<string>();

  constructor(names: Iterable<string>) {
    const all = [...names];
    for (const name of all) if (isVideo(name)) this.#byStem.set(stemOf(folded(name)), []);
    for (const name of all) if (isSubtitle(name)) this.#place(name);
  }

  /** The subtitle files of a video, in the order of the names. */
  of(videoName: string): readonly SubtitleName[] {
    return isVideo(videoName) ? (this.#byStem.get(stemOf(folded(videoName))) ?? []) : [];
  }

  /** Whether a file is the subtitles of a video beside it. */
  owns(name: string): boolean {
    return this.#owned.has(name);
  }

  /** Gives it to the video with the longest name that it begins with: its own name, cut at one point after another. */
  #place(name: string): void {
    for (let stem = stemOf(folded(name)); stem !== ""; stem = stemOf(stem)) {
      const subtitles = this.#byStem.get(stem);
      if (subtitles === undefined) continue;
      // More than can be said of a video: those that are left stand alone.
      if (subtitles.length >= VIDEO.maxSubtitleFiles) return;
      const tags = stemOf(folded(name)).slice(stem.length).split(".");
      subtitles.push({ name, language: languageOf(tags) });
      this.#owned.add(name);
      return;
    }
  }
}

/**
 * The subtitle files among a folder's names that belong to one of its videos: `film.srt` and `film.pt-BR.forced.vtt`
 * to `film.mp4`, unless there is a `film.pt-BR.mp4`. Case and the composition of letters do not matter.
 */
export const subtitlesOf = (videoName: string, names: Iterable<string>): readonly SubtitleName[] =>
  new FolderSubtitles([...names, videoName]).of(videoName);

/** Whether this is the name of a subtitle file that is text. */
export const isSubtitle = (name: string): boolean => SUBTITLES.has(extensionOf(name));

/** Whether a name has the ending of a film, a recording of sound, or a subtitle file. */
export const isMedia = (name: string): boolean =>
  [VIDEOS, SUBTITLES, SOUNDS].some((endings) => endings.has(extensionOf(name)));

const isVideo = (name: string): boolean => VIDEOS.has(extensionOf(name));

const folded = (name: string): string => name.normalize("NFC").toLowerCase();

/** Without what follows its last point; empty when nothing is before one. */
const stemOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(".")));

const extensionOf = (name: string): string =>
  name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";

function languageOf(tags: readonly string[]): string {
  for (const tag of tags) {
    const [, language, script, region] = LANGUAGE.exec(tag) ?? [];
    if (language === undefined || NO_LANGUAGES.has(language)) continue;
    const written = script && script.charAt(0).toUpperCase() + script.slice(1);
    return [language, written, region?.toUpperCase()].filter((part) => part !== undefined).join("-");
  }
  return "";
}
