import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { PAGE } from "../core/limits.ts";
import type { CardumeNode } from "../node/node-types.ts";
import { ShoalWatch } from "./shoal-watch.ts";

interface Entry {
  readonly opened: Promise<ShoalWatch>;
  users: number;
  readonly onEnd: Set<() => void>;
}

/** One who looks at a video's chunks. */
export interface ShoalUse {
  readonly watch: ShoalWatch;
  release(): void;
}

/** The videos whose chunks somebody looks at: each looked at once, and nothing is looked at when nobody does. */
export class ShoalService {
  readonly #node: Pick<CardumeNode, "fetches" | "senders" | "library">;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  #users = 0;

  constructor(node: Pick<CardumeNode, "fetches" | "senders" | "library">) {
    this.#node = node;
  }

  /**
   * Looks at a video that is in the library.
   * @param onEnd called when it is to be removed, or the gateway ends
   * @throws CardumeError `video-unknown`, `too-many-requests`
   */
  async use(id: Uint8Array, onEnd: () => void): Promise<ShoalUse> {
    if (this.#users >= PAGE.maxShoalListeners)
      throw new CardumeError("too-many-requests", "too many look at chunks already", { exitCode: 5 });
    const name = toBase32(id);
    const entry = this.#entries.get(name) ?? this.#begin(name, id);
    this.#users++;
    entry.users++;
    entry.onEnd.add(onEnd);
    let isUsing = true;
    const release = (): void => {
      if (!isUsing) return;
      isUsing = false;
      this.#users--;
      entry.users--;
      entry.onEnd.delete(onEnd);
      if (entry.users === 0) this.#end(name, entry);
    };
    try {
      const watch = await entry.opened;
      // It was to be removed while it was opened.
      if (this.#entries.get(name) !== entry)
        throw new CardumeError("video-unknown", "the video is being removed", { exitCode: 3 });
      return { watch, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Lets go of a video that is to be removed. */
  async drop(id: Uint8Array): Promise<void> {
    const name = toBase32(id);
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#end(name, entry);
    await Promise.all(this.#closing);
  }

  /** Lets go of all of them. */
  async close(): Promise<void> {
    for (const [name, entry] of this.#entries) this.#end(name, entry);
    await Promise.all(this.#closing);
  }

  #begin(name: string, id: Uint8Array): Entry {
    const opened = this.#node.library.open(id).then((store) => new ShoalWatch(this.#node, store));
    const entry: Entry = { opened, users: 0, onEnd: new Set() };
    this.#entries.set(name, entry);
    return entry;
  }

  #end(name: string, entry: Entry): void {
    if (this.#entries.get(name) !== entry) return;
    this.#entries.delete(name);
    for (const onEnd of [...entry.onEnd]) onEnd();
    const closing: Promise<void> = entry.opened
      .then((watch) => watch.close())
      .catch(() => {})
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
