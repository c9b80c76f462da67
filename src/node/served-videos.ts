import { NETWORK } from "../core/limits.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { Library } from "../store/library.ts";

/** One who has a video open: a client, on one stream. */
export interface VideoUser {
  readonly peer: string;
  /** Its files are open, for the first time or again. */
  opened(store: ChunkStore): void;
  /** Its files are closed, since others needed the room; whoever reads it opens them. */
  slept(): void;
  /** It is to be removed, and nobody has it open any more. */
  forgotten(): void;
}

interface Served {
  readonly name: string;
  readonly id: Uint8Array;
  readonly users: Set<VideoUser>;
  /** Reads and openings under way: its files are not closed to make room meanwhile. */
  uses: number;
  store: Promise<ChunkStore | undefined> | undefined;
}

/**
 * The videos that clients have open at this node: each opened once, however many ask for it. Being open costs a client
 * nothing but a number: files are open for the videos that were used last, and those of others are opened when somebody
 * reads from them again. So nobody can take all room by opening much and reading nothing.
 */
export class ServedVideos {
  readonly #library: Pick<Library, "open" | "get">;
  readonly #served = new Map<string, Served>();
  /** Those whose files are open, the one that was used longest ago first. */
  readonly #awake = new Set<Served>();
  /** Of files that are being closed, the names of their videos. */
  readonly #closing = new Map<Promise<unknown>, string>();
  readonly #perPeer = new Map<string, number>();
  /** Videos that are being removed, and by how many. */
  readonly #banned = new Map<string, number>();

  constructor(library: Pick<Library, "open" | "get">) {
    this.#library = library;
  }

  /**
   * Opens a video for a user, who is told so before this resolves. @returns whether it is open: if not it is not here, or
   * this peer has too many open. If so, `leave` follows, unless the user was told that it is forgotten.
   */
  async open(id: Uint8Array, user: VideoUser): Promise<boolean> {
    const ofPeer = this.#perPeer.get(user.peer) ?? 0;
    const name = nameOf(id);
    if (ofPeer >= NETWORK.maxOpenVideosPerPeer || this.#banned.has(name)) return false;
    this.#perPeer.set(user.peer, ofPeer + 1);
    const served = this.#take(name, id);
    served.users.add(user);
    const store = await this.#files(served);
    const isOpen = served.users.has(user) && store !== undefined && store !== "busy";
    // Whoever was a user while it was opened knows already.
    if (isOpen) user.opened(store);
    else if (served.users.has(user)) this.#leave(served, user);
    this.#release(served);
    return isOpen;
  }

  /** A user wants a video no more. */
  leave(id: Uint8Array, user: VideoUser): void {
    const served = this.#served.get(nameOf(id));
    if (served?.users.has(user) === true) this.#leave(served, user);
  }

  /**
   * Has something done with a video's files, which stay open as long as it takes. What it throws is `not-held`.
   * @returns `busy` when more files than may be open are being read at this moment
   */
  async use<Result>(
    id: Uint8Array,
    action: (store: ChunkStore) => Promise<Result>,
  ): Promise<Result | "not-held" | "busy"> {
    const name = nameOf(id);
    if (this.#banned.has(name)) return "not-held";
    const served = this.#take(name, id);
    try {
      const store = await this.#files(served);
      return store === "busy" ? "busy" : store === undefined ? "not-held" : await action(store);
    } catch {
      return "not-held";
    } finally {
      this.#release(served);
    }
  }

  /** A video has news: it is not the next whose files are closed. */
  touch(id: Uint8Array): void {
    const served = this.#served.get(nameOf(id));
    if (served !== undefined && this.#awake.delete(served)) this.#awake.add(served);
  }

  /**
   * Lets a video go that is to be removed, whoever has it open. Until what this gives is called, it is not here for anybody.
   * @returns once nothing here has its files open
   */
  async forget(id: Uint8Array): Promise<() => void> {
    const name = nameOf(id);
    this.#banned.set(name, (this.#banned.get(name) ?? 0) + 1);
    const served = this.#served.get(name);
    if (served !== undefined) {
      this.#served.delete(name);
      for (const user of [...served.users]) {
        this.#leave(served, user);
        user.forgotten();
      }
      this.#sleep(served);
    }
    for (const [closing, of] of [...this.#closing]) if (of === name) await closing;
    let isOver = false;
    return () => {
      const bans = this.#banned.get(name) ?? 0;
      if (!isOver && bans > 1) this.#banned.set(name, bans - 1);
      else if (!isOver) this.#banned.delete(name);
      isOver = true;
    };
  }

  /** Closes all. */
  async close(): Promise<void> {
    for (const served of this.#awake) this.#sleep(served);
    await Promise.all(this.#closing.keys());
  }

  /** How many videos somebody has open, how many of them have their files open, and how many peers have some. */
  get sizes(): { readonly videos: number; readonly awake: number; readonly peers: number } {
    return { videos: this.#served.size, awake: this.#awake.size, peers: this.#perPeer.size };
  }

  #take(name: string, id: Uint8Array): Served {
    let served = this.#served.get(name);
    if (served === undefined) {
      served = { name, id, users: new Set(), uses: 0, store: undefined };
      this.#served.set(name, served);
    }
    served.uses++;
    return served;
  }

  #release(served: Served): void {
    served.uses--;
    this.#letGo(served);
  }

  #leave(served: Served, user: VideoUser): void {
    served.users.delete(user);
    const left = (this.#perPeer.get(user.peer) ?? 1) - 1;
    if (left > 0) this.#perPeer.set(user.peer, left);
    else this.#perPeer.delete(user.peer);
    this.#letGo(served);
  }

  /** Closes what nobody has open any more. */
  #letGo(served: Served): void {
    if (served.users.size + served.uses > 0) return;
    if (this.#served.get(served.name) === served) this.#served.delete(served.name);
    this.#sleep(served);
  }

  /** The files of a video that is in use: opened if need be, in the place of another's. */
  #files(served: Served): Promise<ChunkStore | undefined | "busy"> {
    if (served.store === undefined) {
      if (!this.#makeRoom()) return Promise.resolve("busy");
      served.store = this.#openFiles(served);
    }
    this.#awake.delete(served);
    this.#awake.add(served);
    return served.store;
  }

  #makeRoom(): boolean {
    if (this.#awake.size < NETWORK.maxOpenVideosServed) return true;
    for (const served of this.#awake) {
      if (served.uses > 0) continue;
      this.#sleep(served);
      return true;
    }
    return false;
  }

  async #openFiles(served: Served): Promise<ChunkStore | undefined> {
    const store = await this.#openStore(served.id);
    // It may have been let go meanwhile: whoever did so closes it.
    if (!this.#awake.has(served)) return store;
    if (store === undefined) {
      served.store = undefined;
      this.#awake.delete(served);
    } else for (const user of served.users) user.opened(store);
    return store;
  }

  async #openStore(id: Uint8Array): Promise<ChunkStore | undefined> {
    try {
      return (await this.#library.get(id)) === undefined ? undefined : await this.#library.open(id);
    } catch {
      // A file that is gone, a manifest that is damaged: to others that is a video that is not here.
      return undefined;
    }
  }

  #sleep(served: Served): void {
    const { store } = served;
    served.store = undefined;
    this.#awake.delete(served);
    for (const user of served.users) user.slept();
    if (store === undefined) return;
    const closing = store
      .then((one) => one?.close())
      .catch(() => {})
      .finally(() => this.#closing.delete(closing));
    this.#closing.set(closing, served.name);
  }
}

const nameOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");
