import type { KeyObject } from "node:crypto";
import type { SignedClaims } from "../core/content/claims.ts";
import { chunkLeaves } from "../core/content/geometry.ts";
import { formatLink } from "../core/content/link.ts";
import { encodeManifest, type Manifest } from "../core/content/manifest.ts";
import { HASH_BYTES, hashAt } from "../core/content/merkle.ts";
import { provesSize } from "../core/content/proof.ts";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { sha256 } from "../runtime/crypto.ts";
import { type AddOptions, type AddReport, addPaths } from "./add-paths.ts";
import type { ReadMedia } from "./adder.ts";
import { Adder } from "./adder.ts";
import type { Catalogue, VideoQuery, VideoRow } from "./catalogue.ts";
import type { ChunkStore } from "./chunk-store.ts";
import type { Disk, FilePath } from "./disk.ts";
import { onDisk } from "./disk-errors.ts";
import { type ExportOptions, exportFile, streamBytes } from "./export-file.ts";
import { findVideo } from "./find-video.ts";
import type { Hasher } from "./hasher.ts";
import { hexOf } from "./hex.ts";
import type { LibraryKey } from "./library-key.ts";
import { OpenVideos } from "./open-videos.ts";
import type { Reconciled } from "./reconcile.ts";
import { Remover, unknownVideo } from "./remover.ts";
import type { Space } from "./space.ts";
import { StoreHandle } from "./store-handle.ts";
import { type VerifyResult, verifyVideo } from "./verify-video.ts";
import type { Draft, VideoFolders } from "./video-folders.ts";
import { lookAt, type VideoInfo } from "./video-info.ts";

/** What a library is made of. */
export interface LibraryParts {
  /** The data folder. */
  readonly folder: string;
  readonly disk: Disk;
  readonly folders: VideoFolders;
  readonly catalogue: Catalogue;
  readonly hasher: Hasher;
  readonly key: LibraryKey;
  readonly readMedia: ReadMedia;
  readonly space: Space;
  readonly wallClockMs: () => number;
  /** Called when everything else is closed. */
  readonly release: () => Promise<void>;
}

/** All that is known of one video. */
export interface VideoDetails extends VideoInfo {
  readonly manifest: Manifest;
  /** Its chunks in the library's own folder or the file kept in place. */
  readonly path: FilePath;
  /** What publishers say of it, the library's own word first where there is one. */
  readonly claims: readonly SignedClaims[];
  readonly link: string;
}

/** What verifying one video found. */
export interface VerifyReport extends VerifyResult {
  readonly video: VideoInfo;
}

/** A library of videos on this machine. One process at a time has it open. */
export class Library {
  /** The data folder. */
  readonly folder: string;
  /** What opening it found to be mended. */
  readonly mended: Reconciled;
  readonly #parts: LibraryParts;
  readonly #videos: OpenVideos;
  readonly #remover: Remover;
  readonly #adder: Adder;
  #linkPeers: () => readonly string[] = () => [];
  #closed: Promise<void> | undefined;

  constructor(parts: LibraryParts, mended: Reconciled) {
    this.folder = parts.folder;
    this.mended = mended;
    this.#parts = parts;
    this.#videos = new OpenVideos(parts);
    this.#remover = new Remover({ ...parts, videos: this.#videos });
    this.#adder = new Adder({ ...parts, videos: this.#videos, remover: this.#remover });
  }

  /** The library's Ed25519 public key, 32 bytes: who signs what it says of its videos. */
  get publisher(): Uint8Array {
    return this.#parts.key.publicKey;
  }

  /** The library's Ed25519 private key: also its node's identity. */
  get identity(): KeyObject {
    return this.#parts.key.privateKey;
  }

  /**
   * Adds files, and folders with all files below them: in place unless told to copy. Reports come in order, one a
   * file; one that could not be added does not stop the others. Ending the iteration early stops the adding.
   * @throws CardumeError `title-for-many`; `disk-full`, `catalogue-failed` and such when going on makes no sense
   */
  add(paths: readonly FilePath[], options: AddOptions = {}): AsyncGenerator<AddReport> {
    const { disk, folder } = this.#parts;
    const realPath = (path: FilePath): Promise<FilePath> => disk.realPath(path);
    return addPaths({ disk, adder: this.#adder, exclude: [folder], realPath }, paths, options);
  }

  /** The videos, by title; with words, those that have them in their title or file name, the best match first. */
  async list(query: VideoQuery = {}): Promise<VideoInfo[]> {
    const rows = await this.#parts.catalogue.list(query);
    const videos: VideoInfo[] = [];
    for (let at = 0; at < rows.length; at += STORE.maxLooksAtOnce) {
      const some = rows.slice(at, at + STORE.maxLooksAtOnce);
      videos.push(...(await Promise.all(some.map((row) => lookAt(this.#parts.disk, row)))));
    }
    return videos;
  }

  /**
   * The video that a person means by an id (hex or base32), 8 or more of its first characters, an exact title or a link.
   * @throws CardumeError `video-unknown` (exit code 3), `video-ambiguous`, `link-invalid`, `link-truncated` (2)
   */
  async find(text: string): Promise<VideoInfo> {
    return lookAt(this.#parts.disk, await findVideo(this.#parts.catalogue, text));
  }

  /** A video by its id; `undefined` when it is not in the library. */
  async get(id: Uint8Array): Promise<VideoInfo | undefined> {
    const row = await this.#parts.catalogue.get(id);
    return row === undefined ? undefined : lookAt(this.#parts.disk, row);
  }

  /** All that is known of a video. @throws CardumeError `video-unknown`, `manifest-damaged` */
  async details(id: Uint8Array): Promise<VideoDetails> {
    const { catalogue, disk, folders } = this.#parts;
    const row = await catalogue.get(id);
    if (row === undefined) throw unknownVideo();
    const manifest = await onDisk("cannot read the library", () => folders.manifest(id, row.bytes));
    if (manifest === undefined)
      throw new CardumeError("manifest-damaged", `the manifest of "${row.title}" is damaged: add its file again`, {
        exitCode: 5,
      });
    const path = row.source ?? folders.part(id, "content");
    return { ...(await lookAt(disk, row)), manifest, path, claims: manifest.claims, link: this.#linkTo(row, manifest) };
  }

  /** From now on links name these peers: where this library's node can be reached at that moment. */
  nameInLinks(peers: () => readonly string[]): void {
    this.#linkPeers = peers;
  }

  /** A link to a video, which names this library as its publisher. @throws CardumeError `video-unknown` */
  async link(id: Uint8Array): Promise<string> {
    return (await this.details(id)).link;
  }

  /**
   * Opens a video's chunks. Close it when done; those who open the same video share its files.
   * @throws CardumeError `video-unknown`, `manifest-damaged`, `disk-…`
   */
  async open(id: Uint8Array): Promise<ChunkStore> {
    const store = await this.#videos.acquire(id);
    return new StoreHandle(store, () => this.#videos.release(store));
  }

  /** There are going to be chunks to check: a thread for it takes a moment to start. */
  prepare(): void {
    this.#parts.hasher.prepare();
  }

  /**
   * Begins to hold a video whose chunks come from elsewhere, or goes on with it. Its size is proven by its last leaf
   * before a place is made for it.
   * @param lastLeaf with its sibling hashes, see `provesSize`; not needed for a video that is here
   * @param kind `subtitle`: it belongs to a video that is here, and is not listed by itself
   * @throws CardumeError `size-unproven`, `disk-full`
   */
  async receive(
    manifest: Manifest,
    lastLeaf?: { bytes: Uint8Array; proof: Uint8Array },
    kind: VideoRow["kind"] = "video",
  ): Promise<ChunkStore> {
    const { catalogue } = this.#parts;
    if ((await catalogue.get(manifest.id)) === undefined)
      await onDisk("cannot write to the library", () => this.#begin(manifest, lastLeaf, kind));
    return this.open(manifest.id);
  }

  /**
   * The bytes of a video, hashed as they are read; `to` is not among them.
   * @throws CardumeError at the first byte that cannot be had, see `streamBytes`
   */
  async *stream(id: Uint8Array, from = 0, to?: number): AsyncGenerator<Uint8Array> {
    const store = await this.open(id);
    try {
      const end = Math.min(to ?? Infinity, store.manifest.geometry.bytes);
      if (from < end) yield* streamBytes(store, from, end);
    } finally {
      await store.close();
    }
  }

  /** Writes a video to a file. @throws CardumeError `file-exists`, `video-…`, `disk-…` */
  async export(id: Uint8Array, path: string, options: ExportOptions = {}): Promise<void> {
    const store = await this.open(id);
    try {
      await exportFile(this.#parts.disk, store, path, options);
    } finally {
      await store.close();
    }
  }

  /**
   * Reads all of a video and marks what it finds: damaged chunks are no longer held, good ones are. Of a file that is
   * missing nothing is marked: it may come back.
   */
  async verify(
    id: Uint8Array,
    options: {
      readonly onBytes?: (bytes: number) => void;
      readonly signal?: AbortSignal;
      /** Called after each chunk; the next is read when it resolves. */
      readonly pace?: () => Promise<void>;
    } = {},
  ): Promise<VerifyReport> {
    const { catalogue, disk, hasher, wallClockMs } = this.#parts;
    const video = await this.get(id);
    if (video === undefined) throw unknownVideo();
    const nothing = { good: 0, recovered: 0, lost: [], absent: 0, stamp: undefined };
    if (video.state === "missing") return { video, ...nothing };
    const store = await this.#videos.acquire(id);
    try {
      // It may have gone since it was looked at.
      const now = store.isMissing ? await this.get(id) : undefined;
      if (now?.state === "missing") return { video: now, ...nothing };
      const width = hasher.width + 1;
      const result = await onDisk("cannot verify the video", () => verifyVideo(store, { ...options, width }));
      const { stamp } = result;
      if (stamp !== undefined) {
        store.trust(stamp);
        const isWhole = result.lost.length + result.absent === 0;
        const change = isWhole ? { stamp, verifiedAtMs: wallClockMs() } : { stamp };
        await catalogue.hold({ id, change });
        if (video.source !== undefined)
          await this.#adder.noteSource(id, { path: video.source, stamp, isDamaged: !isWhole });
      }
      const after = await catalogue.get(id);
      return { video: after === undefined ? video : await lookAt(disk, after), ...result };
    } finally {
      await this.#videos.release(store);
    }
  }

  /**
   * Removes a video, the library's own copy of its bytes included. A file kept in place stays, unless `files` is set
   * and it is still the one that was added.
   * @returns whether a file kept in place was removed too
   * @throws CardumeError `video-unknown`, `video-in-use`, `disk-…`
   */
  remove(id: Uint8Array, options: { readonly files?: boolean } = {}): Promise<boolean> {
    return this.#adder.inTurn(() => this.#remover.remove(id, options.files === true));
  }

  /** Ends what was begun and lets the library go. Closing twice is closing once. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { hasher, catalogue, release } = this.#parts;
    let failure: unknown;
    // One that fails must not keep the library from the next who wants it.
    for (const end of [() => this.#videos.close(), () => hasher.close(), () => catalogue.close(), release])
      await end().catch((error: unknown) => (failure ??= error));
    if (failure !== undefined) throw failure;
  }

  #linkTo({ id, bytes, fileName }: VideoRow, { claims }: Manifest): string {
    const publisher = claims[0]?.claims.publisher ?? this.publisher;
    return formatLink({ id, bytes, name: fileName, publisher, peers: this.#linkPeers() }, sha256);
  }

  async #begin(
    manifest: Manifest,
    lastLeaf: { bytes: Uint8Array; proof: Uint8Array } | undefined,
    kind: VideoRow["kind"],
  ): Promise<void> {
    const { folders } = this.#parts;
    const { id, geometry } = manifest;
    const { bytes, chunks } = geometry;
    const lastRoot = hashAt(manifest.chunkRoots, chunks - 1);
    if (lastLeaf === undefined || !provesSize(lastLeaf.bytes, lastLeaf.proof, lastRoot, geometry, sha256))
      throw new CardumeError("size-unproven", "the video's last leaf does not prove its size", { exitCode: 1 });
    const name = hexOf(id);
    await this.#parts.space.reserve(name, () => bytes);
    try {
      const draft = await folders.draft();
      try {
        await draft.write("manifest", encodeManifest(manifest));
        await draft.sized("content", bytes);
        await draft.sized("tree", treeBytes(manifest));
        await this.#adder.inTurn(() => this.#publish(manifest, draft, kind));
      } finally {
        await draft.discard().catch(() => {});
      }
    } finally {
      this.#parts.space.release(name);
    }
  }

  async #publish({ id, geometry, claims }: Manifest, draft: Draft, kind: VideoRow["kind"]): Promise<void> {
    const { catalogue, disk, folders, wallClockMs } = this.#parts;
    // Somebody else may have begun it meanwhile.
    if ((await catalogue.get(id)) !== undefined) return;
    // What is in its place without being in the catalogue could not be told to it.
    await folders.remove(id);
    await draft.publish(id);
    const stamp = await disk.stat(folders.part(id, "content"));
    const { bytes, chunkBytes, chunks } = geometry;
    const said = claims[0]?.claims;
    const { title = hexOf(id), fileName = "", mediaType = "", durationMs = 0 } = said ?? {};
    const row = { id, kind, title, fileName, mediaType, durationMs, bytes, chunkBytes, chunks } as const;
    const place = { source: undefined, stamp, addedAtMs: wallClockMs(), verifiedAtMs: 0 };
    await catalogue.put({ ...row, ...place }, new Uint8Array(Math.ceil(chunks / 8)));
  }
}

const treeBytes = ({ geometry }: Manifest): number => {
  const last = geometry.chunks - 1;
  return (last * geometry.leavesPerChunk + chunkLeaves(geometry, last)) * HASH_BYTES;
};
