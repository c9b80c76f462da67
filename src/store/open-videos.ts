import { CardumeError } from "../core/errors.ts";
import { Bitmap } from "./bitmap.ts";
import type { Catalogue, VideoRow } from "./catalogue.ts";
import type { Disk, DiskFile, FilePath, OpenMode } from "./disk.ts";
import { onDisk } from "./disk-errors.ts";
import { FileChunkStore } from "./file-chunk-store.ts";
import type { Hasher } from "./hasher.ts";
import { hexOf } from "./hex.ts";
import { LeafCache } from "./leaf-cache.ts";
import type { Space } from "./space.ts";
import type { VideoFolders } from "./video-folders.ts";

/** What videos are opened with. */
export interface OpenVideosParts {
  readonly disk: Disk;
  readonly folders: VideoFolders;
  readonly catalogue: Catalogue;
  readonly hasher: Hasher;
  readonly space: Space;
  /** See `FileChunkStoreParts`. */
  readonly isRebuilding?: boolean | undefined;
}

interface Open {
  readonly name: string;
  readonly store: Promise<FileChunkStore>;
  users: number;
}

/** The videos of a library that are open: one store each, however many use it. */
export class OpenVideos {
  readonly #parts: OpenVideosParts;
  /** What the next who opens a video shares. */
  readonly #shared = new Map<string, Open>();
  readonly #byStore = new Map<FileChunkStore, Open>();
  /** Videos whose files are being closed or replaced: who opens them waits. */
  readonly #settling = new Map<string, Promise<unknown>>();
  readonly #leafCache = new LeafCache();

  constructor(parts: OpenVideosParts) {
    this.#parts = parts;
  }

  /**
   * Opens a video, or shares it. Every call is followed by one of `release`.
   * @throws CardumeError `video-unknown`, `manifest-damaged`, `disk-…`
   */
  async acquire(id: Uint8Array): Promise<FileChunkStore> {
    const name = hexOf(id);
    await this.#settling.get(name)?.catch(() => {});
    const open = this.#shared.get(name) ?? this.#opened(id, name);
    const isShared = open.users++ > 0;
    const store = await this.#storeOf(open);
    if (!store.isMissing || !isShared) return store;
    // A file that was away when somebody else opened the video may be back.
    if (this.#shared.get(name) === open) this.#shared.delete(name);
    await this.release(store);
    return this.acquire(id);
  }

  async #storeOf(open: Open): Promise<FileChunkStore> {
    try {
      const store = await open.store;
      this.#byStore.set(store, open);
      return store;
    } catch (error) {
      if (this.#shared.get(open.name) === open) this.#shared.delete(open.name);
      throw error;
    }
  }

  #opened(id: Uint8Array, name: string): Open {
    const open: Open = { name, store: this.#openStore(id), users: 0 };
    open.store.catch(() => {});
    this.#shared.set(name, open);
    return open;
  }

  /** Closes the store when nobody else uses it. */
  async release(store: FileChunkStore): Promise<void> {
    const open = this.#byStore.get(store);
    if (open === undefined || --open.users > 0) return;
    await this.#close(store, open);
  }

  /**
   * Replaces or removes a video's files, while nobody has them open.
   * @throws CardumeError `video-in-use`
   */
  replace<Result>(id: Uint8Array, action: () => Promise<Result>): Promise<Result> {
    const name = hexOf(id);
    if (this.#shared.has(name) || [...this.#byStore.values()].some((open) => open.name === name))
      return Promise.reject(
        new CardumeError("video-in-use", "the video is being read just now: try again when that has ended", {
          exitCode: 5,
        }),
      );
    return this.#settle(name, action);
  }

  async #settle<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
    const settled = action();
    this.#settling.set(name, settled);
    try {
      return await settled;
    } finally {
      if (this.#settling.get(name) === settled) this.#settling.delete(name);
    }
  }

  /** Closes all, whoever still uses them. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#shared.values()].map(({ store }) => store));
    await Promise.all([...this.#byStore].map(([store, open]) => this.#close(store, open)));
  }

  async #close(store: FileChunkStore, open: Open): Promise<void> {
    if (this.#shared.get(open.name) === open) this.#shared.delete(open.name);
    await this.#settle(open.name, async () => {
      await store.close();
      this.#byStore.delete(store);
    });
  }

  async #openStore(id: Uint8Array): Promise<FileChunkStore> {
    const { catalogue, disk, folders, hasher, space } = this.#parts;
    const row = await catalogue.get(id);
    if (row === undefined) throw new CardumeError("video-unknown", "no such video in this library", { exitCode: 3 });
    const manifest = await onDisk("cannot read the library", () => folders.manifest(id, row.bytes));
    if (manifest === undefined) throw manifestDamaged(row);
    const held = new Bitmap(row.chunks, await catalogue.held(id));
    const data = await this.#openData(row);
    try {
      const tree = await onDisk("cannot open the library's files", () => openTree(disk, folders.part(id, "tree")));
      const missing = (): number => row.bytes - Math.min(row.bytes, held.count * row.chunkBytes);
      const room = {
        reserve: () => space.reserve(hexOf(id), missing),
        release: () => space.release(hexOf(id)),
      };
      const { stamp } = row;
      const isOurs = row.source === undefined;
      const leafCache = this.#leafCache;
      const { isRebuilding } = this.#parts;
      const files = { data, tree, isOurs, stamp };
      const state = { manifest, held, isRebuilding };
      return new FileChunkStore({ ...state, ...files, hasher, catalogue, leafCache, room });
    } catch (error) {
      await data?.close().catch(() => {});
      throw error;
    }
  }

  #openData({ id, source, bytes }: VideoRow): Promise<DiskFile | undefined> {
    const { disk, folders } = this.#parts;
    return onDisk("cannot open the video's file", async () => {
      if (source !== undefined) return openFile(disk, source, "read");
      const path = folders.part(id, "content");
      if ((await disk.stat(path)) !== undefined) return openFile(disk, path, "update");
      // Its chunks are lost, and found to be when they are read; they can come again.
      const file = await disk.open(path, "create");
      await file.truncate(bytes);
      return file;
    });
  }
}

/** The system's words for: not there, or a link, folder or socket in its place. */
const NO_FILE = ["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENXIO"];

function ifMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (!NO_FILE.includes(code ?? "")) throw error;
}

/** Opens what is a file; `undefined`: there is none, or something else is in its place. */
async function openFile(disk: Disk, path: FilePath, mode: OpenMode): Promise<DiskFile | undefined> {
  const file = await disk.open(path, mode).catch(ifMissing);
  try {
    if (file === undefined || (await file.stat()).kind === "file") return file;
  } catch (error) {
    await file?.close().catch(() => {});
    throw error;
  }
  await file.close();
  return undefined;
}

/** A tree that is gone is made again, chunk by chunk, as its hashes are needed. */
async function openTree(disk: Disk, path: string): Promise<DiskFile> {
  const tree = await openFile(disk, path, "update");
  if (tree !== undefined) return tree;
  await disk.remove(path);
  return disk.open(path, "create");
}

const manifestDamaged = ({ title, id }: VideoRow): CardumeError =>
  new CardumeError(
    "manifest-damaged",
    `the manifest of "${title}" (${hexOf(id)}) is damaged: add its file again, or remove it`,
    { exitCode: 5 },
  );
