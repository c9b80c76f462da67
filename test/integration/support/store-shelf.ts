import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { SignedClaims } from "../../../src/core/content/claims.ts";
import type { ChunkStore } from "../../../src/store/chunk-store.ts";
import { InlineHasher } from "../../../src/store/inline-hasher.ts";
import type { Library } from "../../../src/store/library.ts";
import { type Foundations, openStore } from "../../../src/store/open.ts";
import { type MadeVideo, someBytes, videoOf } from "../../unit/support/made-video.ts";
import { makePublisher, signClaims, someClaims } from "../../unit/support/video.ts";

const MIB = 1_048_576;

const claimsOf = (id: Uint8Array): SignedClaims[] => {
  const publisher = makePublisher();
  return [
    signClaims(
      someClaims(id, publisher, { title: "Noite de São João", fileName: "noite.mkv", subtitles: [] }),
      publisher,
    ),
  ];
};

/** Its bytes, wherever they are kept: three chunks, the last one short. */
const shelved = (seed: number): MadeVideo => videoOf(someBytes(2 * MIB + 40_000, seed), claimsOf);

/** How a video is kept. */
export type Kept = "in place" | "copied" | "partial";

/** Chunks of the partial video that are held: the one between them is not. */
export const PARTS: readonly number[] = [0, 2];

/** A library with one video of each kind, and a subtitle file. */
export class Shelf {
  readonly folder: string;
  readonly catalogue: string;
  readonly source: string;
  readonly original: string;
  readonly videos: Readonly<Record<Kept, MadeVideo>> = VIDEOS;

  constructor(root: string) {
    this.folder = join(root, "library");
    this.catalogue = join(this.folder, "library.db");
    this.source = join(root, "films", "Férias no mar.mp4");
    this.original = join(root, "O gato.mkv");
    mkdirSync(join(root, "films"));
    writeFileSync(this.source, this.videos["in place"].content);
    writeFileSync(join(root, "films", "Férias no mar.pt.srt"), "1\n00:00:01,000 --> 00:00:02,000\nOlá\n".repeat(9));
    writeFileSync(this.original, this.videos.copied.content);
  }

  open(notices: string[] = [], foundations: Foundations = {}): Promise<Library> {
    const onNotice = (text: string): unknown => notices.push(text);
    return openStore({ folder: this.folder, onNotice }, { hasher: new InlineHasher(), ...foundations });
  }

  /** Opens it, does something, and closes it. */
  async use<Result>(action: (library: Library, notices: readonly string[]) => Promise<Result>): Promise<Result> {
    const notices: string[] = [];
    const library = await this.open(notices);
    try {
      return await action(library, notices);
    } finally {
      await library.close();
    }
  }

  /** Puts everything into it. */
  fill(): Promise<void> {
    return this.use(async (library) => {
      await addOne(library, this.source);
      await addOne(library, this.original, true);
      await this.receive(library, PARTS);
    });
  }

  /** Takes some chunks of the partial video. */
  async receive(library: Library, chunks: readonly number[]): Promise<void> {
    const { partial } = this.videos;
    const store = await library.receive(partial.manifest, partial.lastLeaf);
    await Promise.all(chunks.map((chunk) => store.write(chunk, partial.chunk(chunk))));
    await store.close();
  }

  id(kept: Kept): Uint8Array {
    return this.videos[kept].manifest.id;
  }

  /** A part of a video's folder. */
  part(kept: Kept, part: string): string {
    return join(this.folder, "videos", Buffer.from(this.id(kept)).toString("hex"), part);
  }

  /** The file with a video's bytes. */
  data(kept: Kept): string {
    return kept === "in place" ? this.source : this.part(kept, "content");
  }

  /** Keeps a copy of the catalogue. */
  saveCatalogue(): void {
    copyFileSync(this.catalogue, `${this.folder}.saved`);
  }

  /** Puts the copy back. */
  restoreCatalogue(): void {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(this.catalogue + suffix, { force: true });
    copyFileSync(`${this.folder}.saved`, this.catalogue);
  }
}

const VIDEOS = { "in place": shelved(11), copied: shelved(12), partial: shelved(13) } as const;

/** Adds one file, which must work. */
export async function addOne(library: Library, path: string, copy = false): Promise<"added" | "already"> {
  for await (const report of library.add([path], { copy })) {
    if (report.outcome === "failed") throw report.error;
    if (report.outcome !== "skipped") return report.outcome;
  }
  throw new Error(`${path} was left out`);
}

/** What a verified read of a whole chunk gives. */
export async function readChunk(store: ChunkStore, chunk: number, how?: "trusted"): Promise<Uint8Array | string> {
  const { chunkBytes, bytes } = store.manifest.geometry;
  const position = chunk * chunkBytes;
  const read = await store.read(position, Math.min(chunkBytes, bytes - position), how);
  return "problem" in read ? `${read.problem} ${read.chunk}` : read;
}

/** Compares a whole chunk at once: a mebibyte is a lot for a comparison that looks for words to say. */
export function expectChunk(read: Uint8Array | string, video: MadeVideo, chunk: number): void {
  expect(typeof read === "string" ? read : "bytes", `chunk ${chunk}`).toBe("bytes");
  expect(Buffer.compare(read as Uint8Array, video.chunk(chunk)), `chunk ${chunk}`).toBe(0);
}
