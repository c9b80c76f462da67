import { sizeProblem } from "../core/content/geometry.ts";
import type { Manifest } from "../core/content/manifest.ts";
import type { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { Library } from "../store/library.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import { fetchLastLeaf, fetchManifest, type LastLeaf } from "./video-opening.ts";

/** What comes of opening a video that is not here yet. */
export interface VideoOpenerEvents {
  /** It is proven, and has its place. Called once. */
  opened(store: ChunkStore): void;
  /** A holder sent what no honest one sends. */
  lied(holder: FetchHolder, reason: string): void;
  /** The machine refused. */
  failed(error: unknown): void;
}

/**
 * Gets what proves a video, its manifest and its last leaf, from whichever holder gives it first. One that takes long is
 * not waited for: after a moment the next is asked beside it.
 */
export class VideoOpener {
  readonly #id: Uint8Array;
  readonly #library: Pick<Library, "receive">;
  readonly #events: VideoOpenerEvents;
  readonly #waiting: FetchHolder[] = [];
  /** The same from all who are honest: whoever is asked next need only send the last leaf. */
  #known: Manifest | undefined;
  #asking = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(id: Uint8Array, library: Pick<Library, "receive">, events: VideoOpenerEvents) {
    this.#id = id;
    this.#library = library;
    this.#events = events;
  }

  /** One more holder who may be asked. */
  add(holder: FetchHolder): void {
    if (this.#isOver) return;
    this.#waiting.push(holder);
    if (this.#asking === 0) this.#next();
    else this.#timer ??= setTimeout(() => this.#next(), NETWORK.openNextMs);
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const holder = this.#waiting.shift();
    if (holder === undefined || this.#isOver) return;
    this.#asking++;
    void this.#ask(holder)
      .catch((error: unknown) => {
        if (!this.#isOver) this.#events.failed(error);
      })
      .finally(() => {
        this.#asking--;
        this.#next();
      });
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#next(), NETWORK.openNextMs);
  }

  async #ask(holder: FetchHolder): Promise<void> {
    const { stream, video } = holder;
    if (stream === undefined || holder.state !== "serving") return;
    if (sizeProblem(holder.infos[0]?.bytes ?? 0) !== undefined) return this.#lied(holder, "it says an impossible size");
    const known = this.#known;
    const manifest = known ?? (await fetchManifest(stream, video, this.#id));
    if (manifest === "wrong") return this.#lied(holder, "it sent another video's manifest");
    if (manifest === "none") return;
    this.#known ??= manifest;
    const lastLeaf = await fetchLastLeaf(stream, video, manifest);
    if (lastLeaf === "none" || this.#isOver) return;
    await this.#receive(holder, manifest, lastLeaf, known === undefined);
  }

  /** @param isOwn whether the manifest is this holder's own */
  async #receive(holder: FetchHolder, manifest: Manifest, lastLeaf: LastLeaf, isOwn: boolean): Promise<void> {
    try {
      const store = await this.#library.receive(manifest, lastLeaf);
      if (this.#isOver) await store.close();
      else {
        this.stop();
        this.#events.opened(store);
      }
    } catch (error) {
      if ((error as CardumeError).code !== "size-unproven") throw error;
      this.#known = undefined;
      // The size may have been another's lie: this one is asked for its own manifest.
      if (isOwn) this.#lied(holder, "it sent a size that its last leaf does not prove");
      else this.#waiting.push(holder);
    }
  }

  #lied(holder: FetchHolder, reason: string): void {
    if (!this.#isOver) this.#events.lied(holder, reason);
  }
}
