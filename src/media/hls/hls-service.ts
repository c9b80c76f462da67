import { CardumeError } from "../../core/errors.ts";
import { HLS } from "../../core/limits.ts";
import type { MediaInfo, MediaInput, MediaService, Playable, SubtitleInput } from "../playable-types.ts";
import { ChildEnded, MediaChild, type MediaChildOptions, type ReadsFor, Refused } from "./media-child.ts";
import type { Grant, Wish } from "./messages.ts";
import { masterPlaylist } from "./playlists.ts";
import { ServedFile } from "./served-file.ts";

/** Other bounds, for tests. */
export interface HlsOptions extends MediaChildOptions {
  readonly hlsIdleMs?: number;
}

type Question = Exclude<Wish, { is: "segment" }>;

/**
 * Media made into HLS in a process of its own, started when it is wanted. A file over which it ends has failed; when it
 * worked on several, each is tried once more in a process for it alone, so that the others go on.
 */
export class HlsService implements MediaService {
  readonly #options: HlsOptions;
  readonly #files = new Map<number, ServedFile>();
  readonly #children = new Set<MediaChild>();
  #main: MediaChild | undefined;
  #lastFile = 0;
  #jobs = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: HlsOptions = {}) {
    this.#options = options;
  }

  /** Starts the process, so that the first video opens sooner: some tenths of a second. */
  warm(): void {
    if (this.#isClosed) return;
    this.#wake();
    this.#rest();
  }

  async open(input: MediaInput, subtitles: readonly SubtitleInput[]): Promise<Playable> {
    const file = new ServedFile(++this.#lastFile, input, subtitles);
    this.#files.set(file.number, file);
    try {
      // A question that nobody minds the answer of: the file is opened for it.
      await this.#ask(file, { is: "playlist", file: file.number, track: 0 });
      return this.#playable(file, file.info as MediaInfo);
    } catch (error) {
      this.#drop(file);
      throw error;
    }
  }

  /** Ends the process. What is under way rejects. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
    for (const child of this.#children) child.end();
    return Promise.resolve();
  }

  #playable(file: ServedFile, info: MediaInfo): Playable {
    const question = async (is: "playlist" | "init", track: number): Promise<Grant> =>
      await this.#ask(file, { is, file: file.number, track });
    return {
      info,
      master: (tracks) => masterPlaylist({ info, fileBytes: file.inputs[0]?.bytes ?? 0 }, tracks),
      playlist: async (track) => (await question("playlist", track)).text,
      init: async (track) => (await question("init", track)).bytes,
      segment: (track, segment) => this.#segment(file, { is: "segment", file: file.number, track, segment }),
      close: () => {
        this.#drop(file);
        return Promise.resolve();
      },
    };
  }

  async #ask(file: ServedFile, wish: Question): Promise<Grant> {
    return await this.#counted(file, () => this.#attempt(file, (child) => child.ask(wish)));
  }

  async #segment(
    file: ServedFile,
    wish: Wish & { readonly is: "segment" },
  ): Promise<AsyncGenerator<Uint8Array> | undefined> {
    const begin = (): Promise<AsyncGenerator<Uint8Array> | undefined> =>
      this.#attempt(file, (child) => child.stream(wish));
    const first = await this.#counted(file, begin);
    if (first === undefined) return undefined;
    this.#jobs++;
    const state = { current: first, isOver: false };
    const over = (): void => {
      if (!state.isOver) this.#jobs--;
      state.isOver = true;
      this.#rest(file);
    };
    const pieces = this.#pieces(file, begin, state, over);
    // One that was never begun to be read would not hear of its end.
    const end = pieces.return.bind(pieces);
    pieces.return = async (value) => {
      over();
      await state.current.return(undefined);
      return await end(value);
    };
    return pieces;
  }

  /** When the process ends on the way, what was given already is made again, and passed over: it is the same. */
  async *#pieces(
    file: ServedFile,
    begin: () => Promise<AsyncGenerator<Uint8Array> | undefined>,
    state: { current: AsyncGenerator<Uint8Array> },
    over: () => void,
  ): AsyncGenerator<Uint8Array> {
    let [givenBytes, skipBytes, ends] = [0, 0, file.ends];
    try {
      for (let turn = 0; ; ) {
        try {
          const next = await file.untilClosed(state.current.next());
          if (next.done === true) return;
          const fresh = next.value.subarray(Math.min(skipBytes, next.value.length));
          skipBytes -= next.value.length - fresh.length;
          givenBytes += fresh.length;
          if (fresh.length > 0) yield fresh;
        } catch (error) {
          if (!(error instanceof ChildEnded) || turn++ > 0 || file.ends > ends) throw file.errorOf(error);
          ends = file.ends;
          skipBytes = givenBytes;
          state.current = (await begin()) ?? state.current;
        }
      }
    } finally {
      await state.current.return(undefined).catch(() => undefined);
      over();
    }
  }

  /** Does something with the process that has the file open; once more when the process ended over another one. */
  async #attempt<Value>(file: ServedFile, act: (child: MediaChild) => Promise<Value>): Promise<Value> {
    for (let turn = 0; ; turn++) {
      const { ends } = file;
      try {
        const child = this.#childFor(file);
        await file.untilClosed(file.openIn(child));
        return await file.untilClosed(act(child));
      } catch (error) {
        if (error instanceof Refused && error.why === "not-open" && turn < 3) file.forget();
        else if (!(error instanceof ChildEnded) || turn > 0 || file.ends > ends) throw file.errorOf(error);
      }
    }
  }

  async #counted<Value>(file: ServedFile, act: () => Promise<Value>): Promise<Value> {
    if (this.#jobs >= HLS.maxJobs)
      throw new CardumeError("media-busy", "Too many players are served at the moment.", { exitCode: 1 });
    this.#jobs++;
    try {
      return await act();
    } finally {
      this.#jobs--;
      this.#rest(file);
    }
  }

  #childFor(file: ServedFile): MediaChild {
    if (this.#isClosed || file.isClosed)
      throw new CardumeError("media-closed", "The video was closed.", { exitCode: 1 });
    if (file.ends === 0 && !file.isSuspect) return this.#wake();
    if (file.own?.hasEnded === false) return file.own;
    const suspects = [...this.#files.values()].filter(({ own }) => own?.hasEnded === false).length;
    // Whoever is turned away here may come again when others are done.
    if (file.ends >= HLS.maxEnds || suspects >= HLS.maxSuspects) throw new ChildEnded("the file ended its process");
    file.own = this.#start();
    return file.own;
  }

  #wake(): MediaChild {
    clearTimeout(this.#idle);
    if (this.#main === undefined || this.#main.hasEnded) this.#main = this.#start();
    return this.#main;
  }

  #start(): MediaChild {
    const ended = (files: ReadonlySet<number>): void => {
      this.#children.delete(child);
      for (const number of files) {
        const file = this.#files.get(number);
        if (file === undefined) continue;
        if (files.size === 1) file.ends++;
        else file.isSuspect = true;
      }
    };
    const reads: ReadsFor = {
      read: (file, input, start, end) => this.#files.get(file)?.read(input, start, end) ?? Promise.resolve(undefined),
      rest: (file) => this.#files.get(file)?.rest(),
    };
    const child = new MediaChild(reads, ended, this.#options);
    this.#children.add(child);
    return child;
  }

  /** Ends what has nothing to do: at once what was for one file alone, the other after a while. */
  #rest(file?: ServedFile): void {
    if (file?.own?.jobs === 0) {
      file.own.end();
      file.own = undefined;
      file.isSuspect = false;
    }
    clearTimeout(this.#idle);
    if (this.#jobs > 0 || this.#main === undefined) return;
    this.#idle = setTimeout(() => this.#main?.end(), this.#options.hlsIdleMs ?? HLS.hlsIdleMs).unref();
  }

  #drop(file: ServedFile): void {
    file.close();
    this.#files.delete(file.number);
    for (const child of this.#children) child.close(file.number);
  }
}
