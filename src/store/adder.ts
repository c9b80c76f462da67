import { basename } from "node:path";
import type { Claims, SubtitleFile } from "../core/content/claims.ts";
import { keepClaims } from "../core/content/claims.ts";
import { labelOf } from "../core/content/label.ts";
import { encodeManifest, type Manifest } from "../core/content/manifest.ts";
import { sameHash } from "../core/content/merkle.ts";
import { CardumeError } from "../core/errors.ts";
import { Bitmap } from "./bitmap.ts";
import type { Catalogue, NewVideoRow, VideoRow } from "./catalogue.ts";
import type { Disk, FilePath } from "./disk.ts";
import { onDisk, printable } from "./disk-errors.ts";
import type { FoundFile } from "./find-files.ts";
import { titleOf } from "./find-files.ts";
import { type HashedFile, hashInto } from "./hashed-file.ts";
import type { Hasher } from "./hasher.ts";
import type { LibraryKey } from "./library-key.ts";
import type { OpenVideos } from "./open-videos.ts";
import { type Description, ownClaims, saysTheSame, signDescription } from "./own-claims.ts";
import type { Remover } from "./remover.ts";
import { encodeSource, type Source } from "./source-file.ts";
import type { Space } from "./space.ts";
import { type Stamp, sameStamp } from "./stamp.ts";
import { unlessAborted } from "./unless-aborted.ts";
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
  readonly videos: OpenVideos;
  readonly remover: Remover;
}

/** How a file is to be added. */
export interface AddFileOptions {
  readonly kind: VideoRow["kind"];
  readonly copy: boolean;
  readonly title?: string | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Called instead, with all bytes, for a file that has not changed and is not read. */
  readonly onKnown?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file that is in the library now. */
export interface AddedFile {
  readonly id: Uint8Array;
  readonly bytes: number;
  /** Whether anything changed: `false` when all of it was there before. */
  readonly isNew: boolean;
  readonly subtitles: readonly SubtitleFile[];
  /** Subtitle files that belong to it, and could not be added. */
  readonly failed: readonly FailedSubtitle[];
  /** The video that was kept in place at this path before, and is not this one. */
  readonly before?: Uint8Array | undefined;
}

/** A subtitle file that could not be added. */
export interface FailedSubtitle {
  readonly name: string;
  readonly error: CardumeError;
}

/** What is found out about a file, to be said of it. */
interface Said {
  readonly subtitles: readonly SubtitleFile[];
  readonly failed: readonly FailedSubtitle[];
  readonly media: MediaDescription | undefined;
}

/** What is wrong with a subtitle file itself. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "not-storable",
  "file-missing",
  "file-changed",
  "file-unreadable",
  "disk-refused",
]);

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
  add(found: FoundFile, options: AddFileOptions): Promise<AddedFile> {
    return onDisk(`cannot add ${printable(found.path)}`, async () => {
      const isKnown = !options.copy && (await this.#unchanged(found)) !== undefined;
      return (isKnown ? await this.#addAgain(found, options) : undefined) ?? this.#addAnew(found, options);
    });
  }

  /** The video that was kept in place here before, if the file has not changed since. */
  async #unchanged({ path, stat }: FoundFile): Promise<{ row: VideoRow; manifest: Manifest } | undefined> {
    const { catalogue, folders } = this.#parts;
    const row = await catalogue.bySource(path);
    if (row?.stamp === undefined || row.held !== row.chunks || !sameStamp(row.stamp, stat)) return undefined;
    const manifest = await folders.manifest(row.id, row.bytes);
    return manifest === undefined ? undefined : { row, manifest };
  }

  /** Without hashing anything: only what is said of the video may be new. @returns `undefined` when it is gone by then */
  async #addAgain(found: FoundFile, options: AddFileOptions): Promise<AddedFile | undefined> {
    const { folders, key, readMedia } = this.#parts;
    const { subtitles, failed } = await this.#addSubtitles(found, options);
    const draft = await onDisk("cannot write to the library", () => folders.draft());
    try {
      return await this.inTurn(async () => {
        const known = await this.#unchanged(found);
        if (known === undefined) return undefined;
        const { row, manifest } = known;
        const media =
          ownClaims(manifest.claims, key)?.claims ?? (await unlessAborted(readMedia(found.path), options.signal));
        const description = await this.#describe(found, row.id, options, { subtitles, failed, media });
        const isNew = await this.#say(draft, row, manifest, description, options.kind);
        options.onKnown?.(row.bytes);
        return { id: row.id, bytes: row.bytes, isNew, subtitles, failed };
      });
    } finally {
      await draft.discard().catch(() => {});
    }
  }

  async #addAnew(found: FoundFile, options: AddFileOptions): Promise<AddedFile> {
    const { catalogue, disk, folders, hasher, space, readMedia } = this.#parts;
    const media = options.kind === "video" ? readMedia(found.path) : Promise.resolve(undefined);
    const { subtitles, failed } = await this.#addSubtitles(found, options);
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
      const said = { subtitles, failed, media: await unlessAborted(media, options.signal) };
      const { id, geometry } = hashed;
      return await this.inTurn(async () => {
        // In its turn: the same bytes may have been added a moment ago, under another name.
        const description = await this.#describe(found, id, options, said);
        const there = await catalogue.bySource(found.path);
        const isNew = await this.#publish(draft, found.path, hashed, description, options);
        const before = there === undefined || sameHash(there.id, id) ? undefined : there.id;
        return { id, bytes: geometry.bytes, isNew, subtitles, failed, before };
      });
    } finally {
      space.release(promised);
      await draft.discard().catch(() => {});
    }
  }

  /** Subtitle files are extra: one that cannot be stored is left out, unless it is the library that fails. */
  async #addSubtitles(found: FoundFile, options: AddFileOptions): Promise<Pick<Said, "subtitles" | "failed">> {
    const subtitles: SubtitleFile[] = [];
    const failed: FailedSubtitle[] = [];
    for (const { path, stat, name, language } of found.subtitles) {
      const alone = { path, stat, subtitles: [] };
      const { copy, signal } = options;
      const added = await this.add(alone, { kind: "subtitle", copy, signal }).catch((error: unknown) => {
        if (!(error instanceof CardumeError) || !LEFT_OUT.has(error.code)) throw error;
        failed.push({ name, error });
      });
      if (added !== undefined) subtitles.push({ id: added.id, bytes: added.bytes, name, language });
    }
    return { subtitles, failed };
  }

  async #describe(found: FoundFile, id: Uint8Array, options: AddFileOptions, said: Said): Promise<Description> {
    const known = await this.#parts.folders.manifest(id);
    const before = known === undefined ? undefined : ownClaims(known.claims, this.#parts.key)?.claims;
    const name = labelOf(basename(found.path.toString()));
    const title = labelOf(options.title ?? "") || before?.title || titleOf(name);
    const { mediaType, durationMs, tracks } = said.media ?? NOTHING_KNOWN;
    const subtitles = [...said.subtitles, ...(await this.#keptSubtitles(found, id, before?.subtitles ?? [], said))];
    return { video: id, title, fileName: before?.fileName ?? name, mediaType, durationMs, tracks, subtitles };
  }

  /**
   * Those of before that stay: one that cannot be read just now, and, when the same bytes are found in another place,
   * all that are in the library still.
   */
  async #keptSubtitles(
    found: FoundFile,
    id: Uint8Array,
    before: readonly SubtitleFile[],
    { subtitles, failed }: Said,
  ): Promise<SubtitleFile[]> {
    const { catalogue } = this.#parts;
    const row = await catalogue.get(id);
    const isElsewhere =
      row?.source === undefined || Buffer.compare(Buffer.from(row.source), Buffer.from(found.path)) !== 0;
    const kept: SubtitleFile[] = [];
    for (const subtitle of before) {
      if (subtitles.some((one) => sameHash(one.id, subtitle.id))) continue;
      const own = await catalogue.get(subtitle.id);
      const isThere = own !== undefined && own.held === own.chunks && (await this.#isWhereItWas(own));
      const isUnseen = found.mayHaveMore === true || failed.some(({ name }) => name === subtitle.name);
      if (isUnseen || (isElsewhere && isThere)) kept.push(subtitle);
    }
    return kept;
  }

  /** Writes down of a file kept in place what verifying it has found. */
  async noteSource(id: Uint8Array, source: Source): Promise<void> {
    const { folders } = this.#parts;
    await onDisk("cannot write to the library", () =>
      this.inTurn(async () => {
        const known = await folders.source(id);
        if (known === undefined || Buffer.compare(encodeSource(known), encodeSource(source)) === 0) return;
        const draft = await folders.draft();
        try {
          await draft.write("source", encodeSource(source));
          await draft.replace(id, "source");
        } finally {
          await draft.discard().catch(() => {});
        }
      }),
    );
  }

  /** Changes videos' folders one at a time. */
  inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
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
    const known = row === undefined ? undefined : await folders.manifest(hashed.id, row.bytes);
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

  async #isWhereItWas({ id, source, stamp, bytes }: VideoRow): Promise<boolean> {
    const { disk, folders } = this.#parts;
    if (source === undefined) {
      const own = await disk.stat(folders.part(id, "content"));
      return own?.kind === "file" && own.bytes === bytes;
    }
    const now = await disk.stat(source);
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
    const { catalogue, disk, folders, videos, wallClockMs } = this.#parts;
    await videos.replace(hashed.id, async () => {
      if (!copy) await draft.write("source", encodeSource({ path, stamp: hashed.stamp }));
      await draft.replace(hashed.id, copy ? "content" : "source");
      const change = { ...(await this.#placeOf(path, hashed, copy)), verifiedAtMs: wallClockMs() };
      const hold = Array.from({ length: row.chunks }, (_, chunk) => chunk);
      await catalogue.hold({ id: hashed.id, hold, change });
      await disk.remove(folders.part(hashed.id, copy ? "source" : "content"));
      await disk.syncFolder(folders.path(hashed.id));
    });
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
    const named = (id: Uint8Array): boolean => description.subtitles.some((one) => sameHash(one.id, id));
    const gone = (before?.claims.subtitles ?? []).map(({ id }) => id).filter((id) => !named(id));
    await this.#parts.remover.removeUnnamed(gone);
    return true;
  }
}

const describes = (row: VideoRow, { title, fileName, mediaType, durationMs }: Description): boolean =>
  row.title === title && row.fileName === fileName && row.mediaType === mediaType && row.durationMs === durationMs;

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
