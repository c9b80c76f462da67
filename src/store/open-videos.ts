import { CardumeError } from "../core/errors.ts";
import { Bitmap } from "./bitmap.ts";
import type { Catalogue, VideoRow } from "./catalogue.ts";
import type { Disk, DiskFile, FilePath } from "./disk.ts";
import { onDisk } from "./disk-errors.ts";
import { FileChunkStore } from "./file-chunk-store.ts";
import type { Hasher } from "./hasher.ts";
import { LeafCache } from "./leaf-cache.ts";
import type { Source } from "./source-file.ts";
import type { Space } from "./space.ts";
import { type Stamp, sameStamp } from "./stamp.ts";
import type { VideoFolders } from "./video-folders.ts";

/** What videos are opened with. */
export interface OpenVideosParts {
  readonly disk: Disk;
  readonly folders: VideoFolders;
  readonly catalogue: Catalogue;
  readonly hasher: Hasher;
  readonly space: Space;
}

interface Place {
  readonly source: FilePath | undefined;
  readonly stamp: Stamp | undefined;
}

interface Open {
  readonly store: Promise<FileChunkStore>;
  users: number;
}

/** The videos of a library that are open: one store each, however many use it. */
export class OpenVideos {
  readonly #parts: OpenVideosParts;
  readonly #open = new Map<string, Open>();
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
    const open = this.#open.get(name) ?? { store: this.#openStore(id), users: 0 };
    this.#open.set(name, open);
    open.users++;
    try {
      return await open.store;
    } catch (error) {
      if (this.#open.get(name) === open) this.#open.delete(name);
      throw error;
    }
  }

  /** Closes the store when nobody else uses it. */
  async release(store: FileChunkStore): Promise<void> {
    const name = hexOf(store.manifest.id);
    const open = this.#open.get(name);
    if (open === undefined || --open.users > 0) return;
    this.#open.delete(name);
    await store.close();
  }

  isOpen(id: Uint8Array): boolean {
    return this.#open.has(hexOf(id));
  }

  /** Closes all, whoever still uses them. */
  async close(): Promise<void> {
    const stores = await Promise.allSettled([...this.#open.values()].map(({ store }) => store));
    this.#open.clear();
    const opened = stores.filter((one) => one.status === "fulfilled");
    await Promise.all(opened.map(({ value }) => value.close()));
  }

  async #openStore(id: Uint8Array): Promise<FileChunkStore> {
    const { catalogue, disk, folders, hasher, space } = this.#parts;
    const row = await catalogue.get(id);
    if (row === undefined) throw new CardumeError("video-unknown", "no such video in this library", { exitCode: 3 });
    const manifest = await onDisk("cannot read the library", () => folders.manifest(id));
    if (manifest === undefined) throw manifestDamaged(row);
    const held = new Bitmap(row.chunks, await catalogue.held(id));
    const place = await this.#placeOf(row);
    const data = await this.#openData(id, place.source);
    try {
      const tree = await onDisk("cannot open the library's files", () => openTree(disk, folders.part(id, "tree")));
      const missing = (): number => row.bytes - Math.min(row.bytes, held.count * row.chunkBytes);
      const room = {
        reserve: () => space.reserve(hexOf(id), missing),
        release: () => space.release(hexOf(id)),
      };
      const { stamp } = place;
      const isOurs = place.source === undefined;
      const leafCache = this.#leafCache;
      return new FileChunkStore({ manifest, held, stamp, isOurs, data, tree, hasher, catalogue, leafCache, room });
    } catch (error) {
      await data?.close();
      throw error;
    }
  }

  /**
   * Where the bytes are. A catalogue from an older day may not know where they went since, and a crash may have left
   * both places when they had just got a new one: the folder tells.
   */
  async #placeOf(row: VideoRow): Promise<Place> {
    const { disk, folders } = this.#parts;
    const [content, sourceFile] = [folders.part(row.id, "content"), folders.part(row.id, "source")];
    const isCopied = (await disk.stat(content)) !== undefined;
    const isInPlace = (await disk.stat(sourceFile)) !== undefined;
    if (row.source === undefined) {
      if (isCopied && isInPlace) await disk.remove(sourceFile);
      return isCopied || !isInPlace ? row : this.#moveTo(row, await folders.source(row.id));
    }
    if (!isCopied) return row;
    if (!isInPlace || !(await this.#isWhereItWas(row))) return this.#moveTo(row, undefined);
    await disk.remove(content);
    return row;
  }

  async #isWhereItWas({ source, stamp }: VideoRow): Promise<boolean> {
    const now = source === undefined ? undefined : await this.#parts.disk.stat(source);
    return now !== undefined && stamp !== undefined && sameStamp(now, stamp);
  }

  async #moveTo({ id }: VideoRow, to: Source | undefined): Promise<Place> {
    const change = { source: to?.path, stamp: to?.stamp };
    await this.#parts.catalogue.hold({ id, change });
    return change;
  }

  #openData(id: Uint8Array, source: FilePath | undefined): Promise<DiskFile | undefined> {
    const { disk, folders } = this.#parts;
    return onDisk("cannot open the video's file", async () => {
      const path = source ?? folders.part(id, "content");
      const file = await disk.open(path, source === undefined ? "update" : "read").catch(ifMissing);
      if (file === undefined || (await file.stat()).kind === "file") return file;
      await file.close();
      return undefined;
    });
  }
}

const hexOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");

function ifMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "ELOOP") throw error;
}

/** A tree that is gone is made again, chunk by chunk, as its hashes are needed. */
const openTree = async (disk: Disk, path: string): Promise<DiskFile> =>
  (await disk.open(path, "update").catch(ifMissing)) ?? disk.open(path, "create");

const manifestDamaged = ({ title, id }: VideoRow): CardumeError =>
  new CardumeError(
    "manifest-damaged",
    `the manifest of "${title}" (${hexOf(id)}) is damaged: add its file again, or remove it`,
    { exitCode: 5 },
  );
