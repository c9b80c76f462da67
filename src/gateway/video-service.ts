import type { SubtitleFile } from "../core/content/claims.ts";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import type { MediaService } from "../media/playable-types.ts";
import type { FetchTarget } from "../node/node-types.ts";
import type { Viewing } from "../node/watch-types.ts";
import type { Library } from "../store/library.ts";
import { OpenVideo } from "./video-open.ts";
import { OpenViewings, type Use, type ViewingsOptions } from "./video-viewings.ts";

/** What videos over HTTP stand on. */
export interface VideoParts {
  readonly library: Pick<Library, "get">;
  /** See `CardumeNode.watch`. */
  watch(target: FetchTarget, options?: { readonly signal?: AbortSignal }): Promise<Viewing>;
  readonly media: MediaService;
}

/** The videos that a gateway has open, for all its routes. */
export class VideoService {
  readonly library: VideoParts["library"];
  readonly #parts: VideoParts;
  readonly #open: OpenViewings<OpenVideo>;

  constructor(parts: VideoParts, options: ViewingsOptions = {}) {
    this.library = parts.library;
    this.#parts = parts;
    const { media } = parts;
    const readSubtitle = (file: SubtitleFile): Promise<Uint8Array> => this.#readSubtitle(file);
    this.#open = new OpenViewings(
      async (target, signal) => new OpenVideo(await parts.watch(target, { signal }), { media, readSubtitle }),
      options,
    );
  }

  /** Videos that are open, or being opened. */
  get openVideos(): number {
    return this.#open.size;
  }

  /** See {@link OpenViewings.use}; what opening throws is what `CardumeNode.watch` does. */
  use(id: Uint8Array, signal: AbortSignal): Promise<Use<OpenVideo>> {
    return this.#open.use({ id }, signal);
  }

  /** HLS is going to be made of a video: what makes it starts while the video is opened. */
  warm(): void {
    this.#parts.media.warm?.();
  }

  /** Closes a video, whoever watches it: it is to be removed. */
  drop(id: Uint8Array): Promise<void> {
    return this.#open.drop(id);
  }

  /** Closes all of them; the media service is its owner's. */
  close(): Promise<void> {
    return this.#open.close();
  }

  /** All of a subtitle file. Its size is a claim until it is open. */
  async #readSubtitle({ id, bytes }: SubtitleFile): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(NETWORK.subtitlesMs);
    const viewing = await this.#parts.watch({ id, kind: "subtitle" }, { signal });
    try {
      if (viewing.manifest.geometry.bytes !== bytes)
        throw new CardumeError("subtitle-wrong", "a subtitle file has another size than its publisher says", {
          exitCode: 1,
        });
      const parts: Uint8Array[] = [];
      for await (const part of viewing.reader().read(0, bytes, signal)) parts.push(part.slice());
      return new Uint8Array(Buffer.concat(parts));
    } finally {
      await viewing.close();
    }
  }
}
