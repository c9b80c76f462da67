import { join } from "node:path";
import { decodeManifest, isManifestError, type Manifest } from "../core/content/manifest.ts";
import { STORE, VIDEO } from "../core/limits.ts";
import { sha256, verifyEd25519 } from "../runtime/crypto.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { decodeSource, type Source } from "./source-file.ts";

/**
 * A video's files. `manifest`: what it is. `tree`: its leaf hashes, a cache that proves itself against the manifest.
 * Then either `content`, the bytes themselves (sparse), or `source`, where a file kept in place is.
 */
export type Part = "manifest" | "tree" | "content" | "source";

const DRAFT = ".adding-";
const WASTE = ".removing-";
/** The folders `videos/<id in hex>/` of a library. What is half made or half removed has a name of its own until done. */
export class VideoFolders {
  readonly #disk: Disk;
  readonly #root: string;
  #drafts = 0;

  constructor(disk: Disk, dataFolder: string) {
    this.#disk = disk;
    this.#root = join(dataFolder, "videos");
  }

  /** Makes `videos/` when it is not there. */
  async prepare(dataFolder: string): Promise<void> {
    if ((await this.#disk.stat(this.#root)) !== undefined) return;
    await this.#disk.makeFolder(this.#root);
    await this.#disk.syncFolder(dataFolder);
  }

  path(id: Uint8Array): string {
    return join(this.#root, Buffer.from(id).toString("hex"));
  }

  part(id: Uint8Array, part: Part): string {
    return join(this.path(id), part);
  }

  /** The ids of all folders, after what a crash left half done is gone. */
  async ids(): Promise<Uint8Array[]> {
    const ids: Uint8Array[] = [];
    for (const { name, kind } of await this.#disk.list(this.#root)) {
      const text = name.toString();
      if (kind === "folder" && /^[0-9a-f]{64}$/.test(text)) ids.push(new Uint8Array(Buffer.from(text, "hex")));
      if (text.startsWith(DRAFT) || text.startsWith(WASTE)) await this.#disk.remove(join(this.#root, text));
    }
    return ids;
  }

  /** A folder to make a video, or parts of one, in. */
  async draft(): Promise<Draft> {
    const path = join(this.#root, `${DRAFT}${++this.#drafts}`);
    await this.#disk.makeFolder(path);
    return new Draft(this.#disk, this, this.#root, path);
  }

  /** Removes a video's folder: when this returns it is gone, whatever happens next. */
  async remove(id: Uint8Array): Promise<void> {
    const waste = join(this.#root, `${WASTE}${++this.#drafts}`);
    if ((await this.#disk.stat(this.path(id))) === undefined) return;
    await this.#disk.rename(this.path(id), waste);
    await this.#disk.syncFolder(this.#root);
    await this.#disk.remove(waste);
  }

  /**
   * A video's manifest; `undefined` when there is none that is sound.
   * @param bytes the video's size, where it is known: the id does not prove it
   */
  async manifest(id: Uint8Array, bytes?: number): Promise<Manifest | undefined> {
    const encoded = await this.#readPart(id, "manifest", VIDEO.maxManifestBytes);
    if (encoded === undefined) return undefined;
    const manifest = decodeManifest(encoded, id, { sha256, verify: verifyEd25519 });
    if (isManifestError(manifest)) return undefined;
    return bytes === undefined || manifest.geometry.bytes === bytes ? manifest : undefined;
  }

  /** Where a video kept in place is; `undefined` when it is not kept so. */
  async source(id: Uint8Array): Promise<Source | undefined> {
    const bytes = await this.#readPart(id, "source", STORE.maxSourceFileBytes);
    return bytes === undefined ? undefined : decodeSource(bytes);
  }

  async #readPart(id: Uint8Array, part: Part, maxBytes: number): Promise<Uint8Array | undefined> {
    const path = this.part(id, part);
    const stat = await this.#disk.stat(path);
    if (stat?.kind !== "file" || stat.bytes > maxBytes) return undefined;
    const file = await this.#disk.open(path, "read");
    try {
      const bytes = new Uint8Array(stat.bytes);
      return bytes.subarray(0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  }
}

/** A folder in the making: on the disk under its own name until it is published, and gone after a crash. */
export class Draft {
  readonly #disk: Disk;
  readonly #folders: VideoFolders;
  readonly #root: string;
  readonly #path: string;

  constructor(disk: Disk, folders: VideoFolders, root: string, path: string) {
    this.#disk = disk;
    this.#folders = folders;
    this.#root = root;
    this.#path = path;
  }

  /** Makes a part, which the caller writes, syncs and closes. */
  create(part: Part): Promise<DiskFile> {
    return this.#disk.open(this.path(part), "create");
  }

  path(part: Part): string {
    return join(this.#path, part);
  }

  /** Writes a whole part; when this returns its bytes are on the disk. */
  async write(part: Part, bytes: Uint8Array): Promise<void> {
    const file = await this.create(part);
    try {
      await file.write(bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Makes a part that is one hole of so many bytes. */
  async sized(part: Part, bytes: number): Promise<void> {
    const file = await this.create(part);
    try {
      await file.truncate(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /**
   * Gives the folder its place. Its files are on the disk by then, their names are before it has its own, and its own
   * is when this returns: a power cut leaves all of it or nothing.
   */
  async publish(id: Uint8Array): Promise<void> {
    await this.#disk.syncFolder(this.#path);
    await this.#disk.rename(this.#path, this.#folders.path(id));
    await this.#disk.syncFolder(this.#root);
  }

  /** Puts one part into the folder of a video that is there, over what it had. */
  async replace(id: Uint8Array, part: Part): Promise<void> {
    await this.#disk.rename(this.path(part), this.#folders.part(id, part));
    await this.#disk.syncFolder(this.#folders.path(id));
  }

  /** Removes what was not published. */
  async discard(): Promise<void> {
    await this.#disk.remove(this.#path);
  }
}
