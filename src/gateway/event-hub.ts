import { toBase32 } from "../core/content/base32.ts";
import { GATEWAY } from "../core/limits.ts";
import type { CardumeNode, FetchProgress, NodeEvent } from "../node/node-types.ts";
import { apiProgress, apiResult } from "./api-node-values.ts";
import { apiVideo } from "./api-values.ts";
import { type Behind, EventJournal } from "./event-journal.ts";
import type { OnChange } from "./library-routes.ts";

/** Somebody who wants to know. */
export type OnNews = () => void;

/**
 * What happens to a node, for those who look on: neighbours, fetches, videos. Costs nothing while nobody does. It is
 * told of neighbours and ends (`told`), of changes by requests (`videoChanged`), and looks at fetches itself.
 */
export class EventHub {
  readonly #node: Pick<CardumeNode, "fetches" | "library">;
  readonly #journal: EventJournal = new EventJournal(GATEWAY.maxEventsKept);
  readonly #listeners = new Set<OnNews>();
  /** Videos being fetched that the library did not know when they were first seen here. */
  readonly #strange = new Map<string, "asked" | "unknown" | "known">();
  #looking: NodeJS.Timeout | undefined;
  #news: NodeJS.Timeout | undefined;

  constructor(node: Pick<CardumeNode, "fetches" | "library">) {
    this.#node = node;
  }

  /** The number of the last event. */
  get last(): number {
    return this.#journal.last;
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** What happened after the event of this number. */
  after(number: number): Behind {
    return this.#journal.after(number);
  }

  /** Calls this at most five times a second while there are news. @returns how to look away; `undefined`: too many do */
  listen(onNews: OnNews): (() => void) | undefined {
    if (this.#listeners.size >= GATEWAY.maxEventListeners) return undefined;
    this.#listeners.add(onNews);
    this.#looking ??= setInterval(() => this.#lookAtFetches(), GATEWAY.eventGapMs).unref();
    this.#lookAtFetches();
    return () => {
      this.#listeners.delete(onNews);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
      this.#strange.clear();
    };
  }

  /** What the node tells whoever started it. */
  told(event: NodeEvent): void {
    if (event.type === "neighbour") {
      const { change, peer, name, address } = event;
      this.#note(`neighbour ${peer}`, "neighbour", { change, peer, name, address });
    } else if (event.type === "fetch-ended") {
      const { outcome, missing, progress } = event.result;
      const shown = {
        ...event.result,
        missing: missing.slice(0, GATEWAY.maxHoldersInEvent),
        progress: brief(progress),
      };
      const id = toBase32(progress.id);
      this.#note(`fetch ${id}`, "fetch-ended", apiResult(shown));
      if (outcome !== "not-found")
        this.videoChanged(this.#strange.get(id) === "unknown" ? "added" : "held", progress.id);
      this.#strange.delete(id);
    }
  }

  /** What became of a video. */
  readonly videoChanged: OnChange = (change, id) => {
    // Nobody looks on, and nobody who comes back may take the old word for the present one: it is looked up then.
    if (change === "removed") this.#note(`video ${toBase32(id)}`, "video", { change, id: toBase32(id), video: null });
    else void this.#tellVideo(change, id).catch(() => {});
  };

  async #tellVideo(change: "added" | "held", id: Uint8Array): Promise<void> {
    const video = await this.#node.library.get(id);
    if (video === undefined) return;
    this.#note(`video ${toBase32(id)}`, "video", { change, id: toBase32(id), video: apiVideo(video) });
  }

  #lookAtFetches(): void {
    for (const progress of this.#node.fetches()) {
      const id = toBase32(progress.id);
      if (progress.phase === "ended") continue;
      this.#note(`fetch ${id}`, "fetch", apiProgress(brief(progress)));
      this.#lookForNew(id, progress);
    }
  }

  /** A video comes into the library when its manifest does. */
  #lookForNew(id: string, { id: bytes, chunks }: FetchProgress): void {
    const known = this.#strange.get(id);
    if (known === undefined) {
      this.#strange.set(id, "asked");
      this.#node.library.get(bytes).then(
        (video) => this.#strange.set(id, video === undefined ? "unknown" : "known"),
        () => this.#strange.delete(id),
      );
    } else if (known === "unknown" && chunks > 0) {
      this.#strange.set(id, "known");
      this.videoChanged("added", bytes);
    }
  }

  #note(about: string, type: string, value: object): void {
    if (!this.#journal.note(about, type, value) || this.#listeners.size === 0) return;
    // Those who come together are told together.
    this.#news ??= setTimeout(() => {
      this.#news = undefined;
      for (const onNews of [...this.#listeners]) onNews();
    }, GATEWAY.eventGapMs).unref();
  }
}

/** Without more holders than a page shows. */
const brief = (progress: FetchProgress): FetchProgress => ({
  ...progress,
  holders: progress.holders.slice(0, GATEWAY.maxHoldersInEvent),
});
