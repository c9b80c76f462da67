import { labelOf } from "../core/content/label.ts";
import { STORE } from "../core/limits.ts";
import type { Disk, FilePath, FileStat, FolderEntry } from "./disk.ts";
import { inPeoplesOrder, isHidden, keyOf, nameOf, nameOfKey, parentOf, pathIn } from "./file-path.ts";
import { FolderSubtitles, isMedia } from "./subtitle-names.ts";

/** A subtitle file that lies beside its video. */
export interface FoundSubtitle {
  readonly path: FilePath;
  readonly stat: FileStat;
  /** For people. */
  readonly name: string;
  /** BCP 47, empty when the name says none. */
  readonly language: string;
}

/** A regular file, with the subtitle files that belong to it. */
export interface FoundFile {
  readonly path: FilePath;
  readonly stat: FileStat;
  readonly subtitles: readonly FoundSubtitle[];
  /** Its folder, or a subtitle file of it, could not be looked at: there may be more. */
  readonly mayHaveMore?: boolean;
}

/**
 * What is left out, and why: a `link` inside a folder; a FIFO, socket or device (`special`); a folder `too-deep` inside
 * others; an `excluded` folder; the folder of another `library`, where its private key is; an `unfinished` download; what
 * is `missing`, perhaps since a moment; what is `unreadable`, see `cause`.
 */
export interface SkippedPath {
  readonly skipped: FilePath;
  readonly reason: "link" | "special" | "too-deep" | "excluded" | "library" | "unfinished" | "missing" | "unreadable";
  /** The system's error. */
  readonly cause?: unknown;
}

/** How the system is asked, and what is left out. */
export interface FindOptions {
  /** The absolute path without any link in it. Rejects where nothing is. */
  readonly realPath: (path: FilePath) => Promise<FilePath>;
  /** Folders that are left out with everything in them, such as the library's own. */
  readonly exclude?: readonly FilePath[];
}

/**
 * What is to be added when somebody names these paths: files themselves, and every regular file below folders that is
 * not hidden, in people's order. A link is followed where it is named, never inside a folder. Subtitle files come with
 * their video. Never rejects: what cannot be read is said, and the rest goes on.
 */
export async function* findFiles(
  disk: Disk,
  roots: Iterable<FilePath>,
  options: FindOptions,
): AsyncGenerator<FoundFile | SkippedPath> {
  const finder = new Finder(disk, options);
  await finder.noteExcluded();
  const named = [...roots];
  await finder.noteNamed(named);
  for (const root of named) yield* finder.below(root);
}

type Found = FoundFile | SkippedPath;
type Place = { readonly path: FilePath; readonly stat: FileStat };

/** A folder on the way down. */
interface Level {
  readonly folder: FilePath;
  readonly entries: readonly FolderEntry[];
  readonly subtitles: FolderSubtitles;
  next: number;
}

class Finder {
  readonly #disk: Disk;
  readonly #options: FindOptions;
  readonly #excluded = new Set<string>();
  /** The files that a person named, by their keys. */
  readonly #named = new Set<string>();

  constructor(disk: Disk, options: FindOptions) {
    this.#disk = disk;
    this.#options = options;
  }

  /** By what they are, not by their paths: there can be several to one folder. */
  async noteExcluded(): Promise<void> {
    for (const path of this.#options.exclude ?? []) {
      const place = await this.#resolve(path);
      if (!("skipped" in place)) this.#excluded.add(identity(place.stat));
    }
  }

  /** `add dir/*` names films and their subtitles one by one. */
  async noteNamed(roots: readonly FilePath[]): Promise<void> {
    for (const root of roots) {
      const place = await this.#resolve(root);
      if (!("skipped" in place) && place.stat.kind === "file") this.#named.add(keyOf(place.path));
    }
  }

  async *below(root: FilePath): AsyncGenerator<Found> {
    const place = await this.#resolve(root);
    if ("skipped" in place) yield place;
    else if (await this.#isInsideExcluded(place)) yield { skipped: root, reason: "excluded" };
    else if (place.stat.kind === "folder") yield* this.#walk(place.path);
    else if (place.stat.kind === "file") yield* this.#namedFile(place);
    else yield { skipped: root, reason: "special" };
  }

  /** Where a path leads, links followed. */
  async #resolve(path: FilePath): Promise<Place | SkippedPath> {
    try {
      return await this.#place(await this.#options.realPath(path));
    } catch (cause) {
      return problem(path, cause);
    }
  }

  async #place(path: FilePath): Promise<Place | SkippedPath> {
    try {
      const stat = await this.#disk.stat(path);
      return stat === undefined ? { skipped: path, reason: "missing" } : { path, stat };
    } catch (cause) {
      return problem(path, cause);
    }
  }

  async #isInsideExcluded(place: Place): Promise<boolean> {
    if (this.#excluded.size === 0) return false;
    if (this.#excluded.has(identity(place.stat))) return true;
    for (let path = place.path, parent = parentOf(path); parent.length < path.length; parent = parentOf(path)) {
      const folder = await this.#place(parent);
      if (!("skipped" in folder) && this.#excluded.has(identity(folder.stat))) return true;
      path = parent;
    }
    return false;
  }

  /** A file named by a person, with the subtitles beside it where its folder can be read. */
  async *#namedFile({ path, stat }: Place): AsyncGenerator<Found> {
    const level = await this.#level(parentOf(path));
    const name = nameOf(path);
    if ("skipped" in level) yield { path, stat, subtitles: [], mayHaveMore: true };
    else if (!this.#comesWithAnother(level, name)) yield* this.#file({ path, stat }, name, level);
  }

  /** Whether these are the subtitles of a video that was named as well. */
  #comesWithAnother({ entries, folder, subtitles }: Level, name: FilePath): boolean {
    if (!subtitles.owns(keyOf(name))) return false;
    const isItsVideo = (other: FilePath): boolean => subtitles.of(keyOf(other)).some((one) => one.name === keyOf(name));
    return entries.some((entry) => isItsVideo(entry.name) && this.#named.has(keyOf(pathIn(folder, entry.name))));
  }

  /** With a stack of its own, so that no depth is too much for the program's. */
  async *#walk(root: FilePath): AsyncGenerator<Found> {
    const levels: Level[] = [];
    for (let folder: FilePath | undefined = root; folder !== undefined || levels.length > 0; ) {
      if (folder !== undefined) {
        const level = levels.length < STORE.maxFolderDepth ? await this.#level(folder) : tooDeep(folder);
        if ("skipped" in level) yield level;
        else if (isLibrary(level)) yield { skipped: folder, reason: "library" };
        else levels.push(level);
      }
      folder = yield* this.#onward(levels);
    }
  }

  /** What is next in the innermost folder, up to a folder in it, which is returned, or its end. */
  async *#onward(levels: Level[]): AsyncGenerator<Found, FilePath | undefined> {
    const level = levels.at(-1);
    for (let entry = level?.entries[level.next++]; entry !== undefined; entry = level?.entries[level.next++]) {
      const place = await this.#inside(level as Level, entry);
      if (place === undefined) continue;
      if ("skipped" in place) yield place;
      else if (place.stat.kind === "folder") return place.path;
      else yield* this.#file(place, entry.name, level as Level);
    }
    levels.pop();
    return undefined;
  }

  /** What a folder's entry is, now: a file, a folder, or nothing to be added. `undefined`: not to be mentioned. */
  async #inside(level: Level, entry: FolderEntry): Promise<Place | SkippedPath | undefined> {
    if (isHidden(entry.name) || level.subtitles.owns(keyOf(entry.name))) return undefined;
    if (LEFT_BY_SYSTEMS.test(entry.name.toString())) return undefined;
    const path = pathIn(level.folder, entry.name);
    if (entry.kind === "file" && UNFINISHED.test(entry.name.toString())) return { skipped: path, reason: "unfinished" };
    if (entry.kind === "link") return { skipped: path, reason: "link" };
    if (entry.kind === "other") return { skipped: path, reason: "special" };
    const place = await this.#place(path);
    if ("skipped" in place) return place;
    if (place.stat.kind === "link") return { skipped: path, reason: "link" };
    if (place.stat.kind === "other") return { skipped: path, reason: "special" };
    return this.#excluded.has(identity(place.stat)) ? { skipped: path, reason: "excluded" } : place;
  }

  async *#file({ path, stat }: Place, name: FilePath, level: Level): AsyncGenerator<Found> {
    const subtitles: FoundSubtitle[] = [];
    let mayHaveMore = false;
    for (const subtitle of level.subtitles.of(keyOf(name))) {
      const ownName = nameOfKey(subtitle.name);
      const place = await this.#place(pathIn(level.folder, ownName));
      if ("skipped" in place) {
        mayHaveMore ||= place.reason === "unreadable";
        yield place;
      } else if (place.stat.kind === "file") {
        subtitles.push({ ...place, name: labelOf(ownName.toString()), language: subtitle.language });
      }
    }
    yield mayHaveMore ? { path, stat, subtitles, mayHaveMore } : { path, stat, subtitles };
  }

  async #level(folder: FilePath): Promise<Level | SkippedPath> {
    try {
      const entries = inPeoplesOrder(await this.#disk.list(folder));
      const files = entries.filter(({ name, kind }) => kind === "file" && !isHidden(name));
      return { folder, entries, subtitles: new FolderSubtitles(files.map(({ name }) => keyOf(name))), next: 0 };
    } catch (cause) {
      return problem(folder, cause);
    }
  }
}

/** What Windows and macOS leave in folders. */
const LEFT_BY_SYSTEMS = /^(thumbs\.db|desktop\.ini|ehthumbs\.db)$/i;

/** What browsers, torrent clients and this program call a file that is not all there yet. */
const UNFINISHED = /\.(part|crdownload|download|aria2|!qb|!ut|cardume-part)$/i;

/** A data folder has a catalogue and videos in it, and a private key. */
const isLibrary = ({ entries }: Level): boolean =>
  ["library.db", "videos", "key"].every((part) => entries.some(({ name }) => name === part));

const tooDeep = (folder: FilePath): SkippedPath => ({ skipped: folder, reason: "too-deep" });

const problem = (path: FilePath, cause: unknown): SkippedPath => {
  const { code } = cause as NodeJS.ErrnoException;
  const isGone = code === "ENOENT" || code === "ENOTDIR";
  return { skipped: path, reason: isGone ? "missing" : "unreadable", cause };
};

const identity = ({ device, inode }: FileStat): string => `${device}:${inode}`;

/**
 * A title from a file's name: a film's without its ending, and with spaces for underscores where it has no spaces. What
 * is no film keeps its ending: beside `film.mp4` there may be a `film.jpg`. Never empty.
 */
export function titleOf(fileName: string): string {
  const stem = isMedia(fileName) ? fileName.slice(0, fileName.lastIndexOf(".")) : fileName;
  const words = stem.includes(" ") ? stem : stem.replaceAll("_", " ");
  return labelOf(words) || labelOf(fileName) || "untitled";
}
