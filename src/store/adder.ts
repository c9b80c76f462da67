import { basename } from "node:path";
import type { Claims, SubtitleFile } from "../core/content/claims.ts";
import { keepClaims } from "../core/content/claims.ts";
import { labelOf } from "../core/content/label.ts";
import { encodeManifest, type Manifest } from "../core/content/manifest.ts";
import { Bitmap } from "./bitmap.ts";
import type { Catalogue, NewVideoRow, VideoRow } from "./catalogue.ts";
import type { Disk, FilePath } from "./disk.ts";
import { onDisk } from "./disk-errors.ts";
import type { FoundFile } from "./find-files.ts";
import { titleOf } from "./find-files.ts";
import { type HashedFile, hashInto } from "./hashed-file.ts";
import type { Hasher } from "./hasher.ts";
import type { LibraryKey } from "./library-key.ts";
import { type Description, ownClaims, saysTheSame, signDescription } from "./own-claims.ts";
import { encodeSource } from "./source-file.ts";
import type { Space } from "./space.ts";
import { type Stamp, sameStamp } from "./stamp.ts";
import type { Draft, VideoFolders } from "./video-folders.ts";

/** What is known of a file's media: read by whoever opens the library. */
export interface MediaDescription extends Pick<Claims, "mediaType" | "durationMs" | "tracks"> {}

/** Reads what a file says of its media; `undefined` when it says nothing. Never rejects. */
export type ReadMedia = (path: FilePath) => Promise<MediaDescription | undefined>;

/** What an adder works with. */
export interface AdderParts {
  readonly disk: Disk;
  readonly folders: VideoFolders;
  readonly catalogue: Catalogue;
  readonly hasher: Hasher;
  readonly key: LibraryKey;
  readonly space: Space;
  readonly readMedia: ReadMedia;
  /** ms since 1970, for people. */
  readonly wallClockMs: () => number;
  /** @throws CardumeError `video-in-use` when somebody reads the files that are about to be replaced */
  readonly mayReplace: (id: Uint8Array) => void;
}

/** How a file is to be added. */
export interface AddFileOptions {
  readonly kind: VideoRow["kind"];
  readonly copy: boolean;
  readonly title?: string | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file that is in the library now. */
export interface AddedFile {
  readonly id: Uint8Array;
  readonly bytes: number;
  /** Whether anything changed: `false` when all of it was there before. */
  readonly isNew: boolean;
  readonly subtitles: readonly SubtitleFile[];
}

const NOTHING_KNOWN: MediaDescription = { mediaType: "", durationMs: 0, tracks: [] };

/** Puts files into the library: hashed away from this thread, and published one at a time. */
export class Adder {
  readonly #parts: AdderParts;
  #publishing: Promise<unknown> = Promise.resolve();
  #copies = 0;

  constructor(parts: AdderParts) {
    this.#parts = parts;
  }

  /**
   * Adds one file and the subtitle files that belong to it.
   * @throws CardumeError `not-storable`, `file-changed`, `file-missing`, `disk-…`, `video-in-use`, `catalogue-failed`
   */
  async add(found: FoundFile, options: AddFileOptions): Promise<AddedFile> {
    const known = options.copy ? undefined : await this.#unchanged(found);
    return known === undefined ? this.#addAnew(found, options) : this.#addAgain(found, known, options);
  }

  /** The video that was kept in place here before, if the file has not changed since. */
  async #unchanged({ path, stat }: FoundFile): Promise<{ row: VideoRow; manifest: Manifest } | undefined> {
    const { catalogue, folders } = this.#parts;
    const row = await catalogue.bySource(path);
    if (row?.stamp === undefined || row.held !== row.chunks || !sameStamp(row.stamp, stat)) return undefined;
    const manifest = await folders.manifest(row.id);
    return manifest === undefined ? undefined : { row, manifest };
  }

  /** Without hashing anything: only what is said of the video may be new. */
  async #addAgain(
    found: FoundFile,
    { row, manifest }: { row: VideoRow; manifest: Manifest },
    options: AddFileOptions,
  ): Promise<AddedFile> {
    const subtitles = await this.#addSubtitles(found, options);
    const media =
      ownClaims(manifest.claims, this.#parts.key)?.claims ??
      (await unlessAborted(this.#parts.readMedia(found.path), options.signal));
    const description = await this.#describe(found, row.id, options, subtitles, media);
    const draft = await onDisk("cannot write to the library", () => this.#parts.folders.draft());
    try {
      const isNew = await this.#inTurn(() => this.#say(draft, row, manifest, description, options.kind));
      options.onBytes?.(row.bytes);
      return { id: row.id, bytes: row.bytes, isNew, subtitles };
    } finally {
      await draft.discard().catch(() => {});
    }
  }

  async #addAnew(found: FoundFile, options: AddFileOptions): Promise<AddedFile> {
    const { disk, folders, hasher, space, readMedia } = this.#parts;
    const media = options.kind === "video" ? readMedia(found.path) : Promise.resolve(undefined);
    const subtitles = await this.#addSubtitles(found, options);
    const promised = `copy ${++this.#copies}`;
    let written = 0;
    const onBytes = (bytes: number): void => {
      written += bytes;
      options.onBytes?.(bytes);
    };
    if (options.copy) await space.reserve(promised, () => found.stat.bytes - written);
    const draft = await onDisk("cannot write to the library", () => folders.draft());
    try {
      const hashed = await hashInto(draft, disk, hasher, { ...options, onBytes, path: found.path });
      const known = await unlessAborted(media, options.signal);
      const isNew = await this.#inTurn(async () => {
        // In its turn: the same bytes may have been added a moment ago, under another name.
        const description = await this.#describe(found, hashed.id, options, subtitles, known);
        return this.#publish(draft, found.path, hashed, description, options);
      });
      return { id: hashed.id, bytes: hashed.geometry.bytes, isNew, subtitles };
    } finally {
      space.release(promised);
      await draft.discard().catch(() => {});
    }
  }

  /** Subtitle files are extra: one that cannot be stored is left out. */
  async #addSubtitles(found: FoundFile, options: AddFileOptions): Promise<SubtitleFile[]> {
    const subtitles: SubtitleFile[] = [];
    for (const { path, stat, name, language } of found.subtitles) {
      const alone = { path, stat, subtitles: [] };
      const { copy, signal } = options;
      const added = await this.add(alone, { kind: "subtitle", copy, signal }).catch((error: unknown) => {
        if (signal?.aborted === true) throw error;
      });
      if (added !== undefined) subtitles.push({ id: added.id, bytes: added.bytes, name, language });
    }
    return subtitles;
  }

  async #describe(
    found: FoundFile,
    id: Uint8Array,
    options: AddFileOptions,
    subtitles: readonly SubtitleFile[],
    media: MediaDescription | undefined,
  ): Promise<Description> {
    const known = await this.#parts.folders.manifest(id);
    const before = known === undefined ? undefined : ownClaims(known.claims, this.#parts.key)?.claims;
    const name = labelOf(basename(found.path.toString()));
    const title = labelOf(options.title ?? "") || before?.title || titleOf(name);
    const { mediaType, durationMs, tracks } = media ?? NOTHING_KNOWN;
    return { video: id, title, fileName: before?.fileName ?? name, mediaType, durationMs, tracks, subtitles };
  }

  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const turn = this.#publishing.then(action, action);
    this.#publishing = turn.catch(() => {});
    return turn;
  }

  async #publish(
    draft: Draft,
    path: FilePath,
    hashed: HashedFile,
    description: Description,
    options: AddFileOptions,
  ): Promise<boolean> {
    const { catalogue, folders } = this.#parts;
    const row = await catalogue.get(hashed.id);
    const known = row === undefined ? undefined : await folders.manifest(hashed.id);
    return onDisk("cannot write to the library", async () => {
      if (row === undefined || known === undefined) {
        await this.#publishNew(draft, path, hashed, description, options);
        return true;
      }
      const isHealthy = row.held === row.chunks && (await this.#isWhereItWas(row));
      const isMoved = !isHealthy || (options.copy && row.source !== undefined);
      const isSaid = await this.#say(draft, row, known, description, options.kind);
      if (isMoved) await this.#replace(draft, path, hashed, row, options);
      return isMoved || isSaid;
    });
  }

  async #isWhereItWas({ source, stamp }: VideoRow): Promise<boolean> {
    if (source === undefined) return true;
    const now = await this.#parts.disk.stat(source);
    return now !== undefined && stamp !== undefined && sameStamp(now, stamp);
  }

  async #publishNew(
    draft: Draft,
    path: FilePath,
    hashed: HashedFile,
    description: Description,
    options: AddFileOptions,
  ): Promise<void> {
    const { catalogue, folders, key, wallClockMs } = this.#parts;
    const addedAtMs = wallClockMs();
    const claims = [signDescription(description, addedAtMs, key)];
    await draft.write("manifest", encodeManifest({ ...hashed, claims }));
    if (!options.copy) await draft.write("source", encodeSource({ path, stamp: hashed.stamp }));
    // What is in its place without being in the catalogue is no sound video: opening the library has looked.
    await folders.remove(hashed.id);
    await draft.publish(hashed.id);
    const row: NewVideoRow = {
      ...rowOf(hashed, description),
      kind: options.kind,
      addedAtMs,
      ...(await this.#placeOf(path, hashed, options.copy)),
      verifiedAtMs: addedAtMs,
    };
    await catalogue.put(row, Bitmap.full(hashed.geometry.chunks).bytes);
  }

  /** Where the bytes are from now on. */
  async #placeOf(
    path: FilePath,
    { id, stamp }: HashedFile,
    copy: boolean,
  ): Promise<{ source: FilePath | undefined; stamp: Stamp | undefined }> {
    if (!copy) return { source: path, stamp };
    return { source: undefined, stamp: await this.#parts.disk.stat(this.#parts.folders.part(id, "content")) };
  }

  /** Takes the bytes from the draft, or from the file in place, from now on. */
  async #replace(
    draft: Draft,
    path: FilePath,
    hashed: HashedFile,
    row: VideoRow,
    { copy }: AddFileOptions,
  ): Promise<void> {
    const { catalogue, disk, folders, mayReplace, wallClockMs } = this.#parts;
    mayReplace(hashed.id);
    if (!copy) await draft.write("source", encodeSource({ path, stamp: hashed.stamp }));
    await draft.replace(hashed.id, copy ? "content" : "source");
    const change = { ...(await this.#placeOf(path, hashed, copy)), verifiedAtMs: wallClockMs() };
    const hold = Array.from({ length: row.chunks }, (_, chunk) => chunk);
    await catalogue.hold({ id: hashed.id, hold, change });
    await disk.remove(folders.part(hashed.id, copy ? "source" : "content"));
    await disk.syncFolder(folders.path(hashed.id));
  }

  /** Says what is new of a video that is there. @returns whether anything was */
  async #say(
    draft: Draft,
    row: VideoRow,
    known: Manifest,
    description: Description,
    kind: VideoRow["kind"],
  ): Promise<boolean> {
    const { catalogue, key, wallClockMs } = this.#parts;
    const before = ownClaims(known.claims, key);
    const isPromoted = row.kind === "subtitle" && kind === "video";
    const isSaid = before !== undefined && !isPromoted && (kind === "subtitle" || saysTheSame(description, before));
    // After a power cut between the two the catalogue may not know yet what the manifest says.
    if (isSaid && (kind === "subtitle" || describes(row, description))) return false;
    if (!isSaid) {
      const madeAtMs = Math.max(wallClockMs(), (before?.claims.madeAtMs ?? 0) + 1);
      const claims = keepClaims(known.claims, signDescription(description, madeAtMs, key), key.publicKey);
      await draft.write("manifest", encodeManifest({ ...known, claims }));
      await draft.replace(row.id, "manifest");
    }
    const { title, fileName, mediaType, durationMs } = description;
    const change = { title, fileName, mediaType, durationMs, kind: isPromoted ? kind : row.kind };
    await catalogue.hold({ id: row.id, change });
    return true;
  }
}

const describes = (row: VideoRow, { title, fileName, mediaType, durationMs }: Description): boolean =>
  row.title === title && row.fileName === fileName && row.mediaType === mediaType && row.durationMs === durationMs;

/** A hostile file may keep its reader busy for seconds: nobody who wants to stop waits for that. */
async function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

const rowOf = (
  { id, geometry }: HashedFile,
  { title, fileName, mediaType, durationMs }: Description,
): Pick<NewVideoRow, "id" | "title" | "fileName" | "mediaType" | "durationMs" | "bytes" | "chunkBytes" | "chunks"> => ({
  id,
  title,
  fileName,
  mediaType,
  durationMs,
  bytes: geometry.bytes,
  chunkBytes: geometry.chunkBytes,
  chunks: geometry.chunks,
});
