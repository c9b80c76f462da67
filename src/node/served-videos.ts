import { NETWORK } from "../core/limits.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { Library } from "../store/library.ts";

interface Served {
  readonly store: Promise<ChunkStore | undefined>;
  users: number;
}

/** The videos that clients have open at this node: each opened once, however many ask for it. */
export class ServedVideos {
  readonly #library: Pick<Library, "open" | "get">;
  readonly #served = new Map<string, Served>();

  constructor(library: Pick<Library, "open" | "get">) {
    this.#library = library;
  }

  /** Opens a video. `undefined`: it is not here, or too many are open. Every call that gave one is followed by `release`. */
  async acquire(id: Uint8Array): Promise<ChunkStore | undefined> {
    const name = Buffer.from(id).toString("hex");
    let served = this.#served.get(name);
    if (served === undefined) {
      if (this.#served.size >= NETWORK.maxOpenVideosServed) return undefined;
      served = { store: this.#open(id), users: 0 };
      this.#served.set(name, served);
    }
    served.users++;
    const store = await served.store;
    if (store === undefined) await this.#leave(name, served);
    return store;
  }

  /** Closes a video when nobody has it open any more. */
  async release(id: Uint8Array, store: ChunkStore): Promise<void> {
    const name = Buffer.from(id).toString("hex");
    const served = this.#served.get(name);
    // One that was evicted is closed, and another may have taken its place.
    if (served !== undefined && (await served.store) === store) await this.#leave(name, served);
  }

  /** Closes a video that is to be removed, whoever has it open: to them it is not held any more. */
  async evict(id: Uint8Array): Promise<void> {
    const name = Buffer.from(id).toString("hex");
    const served = this.#served.get(name);
    this.#served.delete(name);
    await (await served?.store)?.close();
  }

  /** Closes all. */
  async close(): Promise<void> {
    const all = [...this.#served.values()];
    this.#served.clear();
    await Promise.all(all.map(async ({ store }) => (await store)?.close()));
  }

  async #open(id: Uint8Array): Promise<ChunkStore | undefined> {
    try {
      return (await this.#library.get(id)) === undefined ? undefined : await this.#library.open(id);
    } catch {
      // A file that is gone, a manifest that is damaged: to others that is a video that is not here.
      return undefined;
    }
  }

  async #leave(name: string, served: Served): Promise<void> {
    if (--served.users > 0 || this.#served.get(name) !== served) return;
    this.#served.delete(name);
    await (await served.store)?.close();
  }
}
