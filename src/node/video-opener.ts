import { geometryOf } from "../core/content/geometry.ts";
import type { Manifest } from "../core/content/manifest.ts";
import type { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { Library } from "../store/library.ts";
import { EarlySlice } from "./early-slice.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import type { HolderStream } from "./holder-stream.ts";
import type { FetchTarget } from "./node-types.ts";
import { fetchLastLeaf, fetchLastLeafOfAny, fetchManifest, type LastLeaf } from "./video-opening.ts";

/** What comes of opening a video that is not here yet. */
export interface VideoOpenerEvents {
  /** It is proven, and has its place. Called once. */
  opened(store: ChunkStore): void;
  /** A holder sent what no honest one sends. */
  lied(holder: FetchHolder, reason: string): void;
  /** The machine refused. */
  failed(error: unknown): void;
}

/** One holder who may be asked. Times in ms. */
interface Askable {
  readonly holder: FetchHolder;
  nextAtMs: number;
  waitMs: number;
  isAsked: boolean;
}

/** The manifest that the first holder was asked for before it said anything. */
interface Early {
  readonly holder: FetchHolder;
  readonly manifest: ReturnType<typeof fetchManifest>;
}

/**
 * Gets what proves a video, its manifest and its last leaf, from whichever holder gives it first. One that takes long is
 * not waited for: after a moment the next is asked beside it. One that could not give it, since it is still fetching the
 * video itself, is asked again.
 */
export class VideoOpener {
  readonly #id: Uint8Array;
  readonly #kind: FetchTarget["kind"];
  readonly #library: Pick<Library, "receive">;
  readonly #events: VideoOpenerEvents;
  readonly #askable = new Map<FetchHolder, Askable>();
  readonly #underWay = new Set<Promise<void>>();
  /** The same from all who are honest and say the same size: whoever is asked next need only send the last leaf. */
  #known: Manifest | undefined;
  #early: Early | undefined;
  readonly #mostEarlySlices: number;
  #earlySlices = 0;
  #startedAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  readonly #abort = new AbortController();
  #isOver = false;

  /** @param isRead somebody waits to see it: most players begin at the beginning */
  constructor(
    { id, kind, isRead }: Pick<FetchTarget, "id" | "kind"> & { readonly isRead: boolean },
    library: Pick<Library, "receive">,
    events: VideoOpenerEvents,
  ) {
    this.#id = id;
    this.#mostEarlySlices = isRead ? NETWORK.maxStandbyStreams : 0;
    this.#kind = kind;
    this.#library = library;
    this.#events = events;
  }

  /**
   * A holder was asked what it has. In the same breath it is asked for the last leaf, which proves who may be asked for much at
   * once, for a slice of the beginning when somebody waits to see it, and the first one for the manifest.
   */
  asked(holder: FetchHolder): void {
    const { stream, video } = holder;
    if (this.#isOver || stream === undefined) return;
    const { signal } = this.#abort;
    holder.lastLeaf = fetchLastLeafOfAny(stream, video, signal);
    if (this.#earlySlices < this.#mostEarlySlices) holder.early = new EarlySlice(stream, video, this.#earlySlices++);
    if (this.#early !== undefined) return;
    const manifest = fetchManifest(stream, video, this.#id, signal);
    const early = { holder, manifest };
    this.#early = early;
    // It has nothing: the next one may be asked like this.
    void manifest.then((answer) => {
      if (answer === "none" && this.#early === early) this.#early = undefined;
    });
  }

  /** A holder spoke, for the first time or again: it may have now what it had not before. */
  heard(holder: FetchHolder): void {
    if (this.#isOver) return;
    const nowMs = monotonicMs();
    const one = this.#askable.get(holder) ?? { holder, nextAtMs: nowMs, waitMs: NETWORK.openNextMs, isAsked: false };
    one.nextAtMs = Math.min(one.nextAtMs, nowMs);
    this.#askable.set(holder, one);
    this.#go();
  }

  /** Asks nobody any more, and waits for no answer. Resolves when what was begun has ended. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#abort.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay);
  }

  /** Asks the next when nobody is asked, or when the last one takes long. */
  #go(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    const nowMs = monotonicMs();
    const free = [...this.#askable.values()].filter((one) => !one.isAsked && one.holder.state === "serving");
    const next = free.sort((one, other) => one.nextAtMs - other.nextAtMs)[0];
    if (next === undefined) return;
    const patientUntilMs = this.#underWay.size > 0 ? this.#startedAtMs + NETWORK.openNextMs : 0;
    const atMs = Math.max(next.nextAtMs, patientUntilMs);
    if (atMs > nowMs) this.#timer = setTimeout(() => this.#go(), atMs - nowMs);
    else {
      this.#start(next, nowMs);
      this.#go();
    }
  }

  #start(one: Askable, nowMs: number): void {
    one.isAsked = true;
    this.#startedAtMs = nowMs;
    const asking = this.#ask(one.holder)
      .catch((error: unknown) => {
        if (!this.#isOver) this.#events.failed(error);
      })
      .finally(() => {
        this.#underWay.delete(asking);
        one.isAsked = false;
        one.nextAtMs = monotonicMs() + one.waitMs;
        one.waitMs = Math.min(2 * one.waitMs, NETWORK.openVideoMs);
        this.#go();
      });
    this.#underWay.add(asking);
  }

  async #ask(holder: FetchHolder): Promise<void> {
    const { stream, video } = holder;
    const { signal } = this.#abort;
    if (stream === undefined || holder.state !== "serving") return;
    const known = this.#known?.geometry.bytes === holder.bytes ? this.#known : undefined;
    const early = this.#early?.holder === holder ? this.#early : undefined;
    // Both at once: the size that it says is enough to ask for the leaf that proves it.
    const leafComes = this.#lastLeaf(holder, stream);
    const asked = (await early?.manifest) ?? "none";
    const manifest = known ?? (asked === "none" ? await fetchManifest(stream, video, this.#id, signal) : asked);
    if (manifest === "wrong") return this.#lied(holder, "it sent another video's manifest");
    if (manifest === "none" || this.#isOver) return;
    if (manifest.geometry.bytes !== holder.bytes) return this.#lied(holder, "it says two sizes of one video");
    this.#known = manifest;
    const lastLeaf = await leafComes;
    if (lastLeaf !== "none" && !this.#isOver) await this.#receive(holder, manifest, lastLeaf);
  }

  /** What it was asked for early, if it came; else it is asked now that the size is known. */
  async #lastLeaf({ video, bytes, held, lastLeaf }: FetchHolder, stream: HolderStream): Promise<LastLeaf | "none"> {
    const asked = (await lastLeaf) ?? "none";
    if (asked !== "none" || this.#isOver) return asked;
    const geometry = geometryOf(bytes);
    return held?.has(geometry.chunks - 1) === true
      ? await fetchLastLeaf(stream, video, geometry, this.#abort.signal)
      : "none";
  }

  async #receive(holder: FetchHolder, manifest: Manifest, lastLeaf: LastLeaf): Promise<void> {
    try {
      const store = await this.#library.receive(manifest, lastLeaf, this.#kind);
      if (this.#isOver) await store.close();
      else {
        this.#isOver = true;
        clearTimeout(this.#timer);
        this.#events.opened(store);
      }
    } catch (error) {
      if ((error as CardumeError).code !== "size-unproven") throw error;
      // This holder says that size itself, whoever's manifest it was: it is its own lie.
      if (this.#known === manifest) this.#known = undefined;
      this.#lied(holder, "it sent a size that its last leaf does not prove");
    }
  }

  #lied(holder: FetchHolder, reason: string): void {
    if (!this.#isOver) this.#events.lied(holder, reason);
  }
}
