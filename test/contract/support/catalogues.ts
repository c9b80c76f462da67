import { onTestFinished } from "vitest";
import type { Catalogue, NewVideoRow, VideoRow } from "../../../src/store/catalogue.ts";
import { MemoryCatalogue } from "../../../src/store/memory-catalogue.ts";
import { openCatalogue } from "../../../src/store/sqlite-catalogue.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";

/** Bytes of a chunk. */
export const MIB = 1_048_576;

/** Makes an empty catalogue. */
export type Open = () => Promise<Catalogue>;

/** Every catalogue that there is, by its name. */
export const CATALOGUES: readonly (readonly [string, Open])[] = [
  ["SqliteCatalogue", async () => (await openCatalogue({ folder: tempFolder() })).catalogue],
  ["MemoryCatalogue", () => Promise.resolve(new MemoryCatalogue())],
];

/** A catalogue that is closed after the test. */
export async function make(open: Open): Promise<Catalogue> {
  const catalogue = await open();
  onTestFinished(() => catalogue.close());
  return catalogue;
}

/** 32 bytes that begin so. */
export const idOf = (...bytes: readonly number[]): Uint8Array => {
  const id = new Uint8Array(32);
  id.set(bytes);
  return id;
};

/** Ten chunks, the last of five bytes. */
export const aRow = (more: Partial<NewVideoRow> = {}): NewVideoRow => ({
  id: idOf(1),
  kind: "video",
  title: "Férias no mar",
  fileName: "ferias_2019.mp4",
  mediaType: "video/mp4",
  durationMs: 61_500,
  bytes: 9 * MIB + 5,
  chunkBytes: MIB,
  chunks: 10,
  source: undefined,
  stamp: undefined,
  addedAtMs: 1_750_000_000_000,
  verifiedAtMs: 0,
  ...more,
});

/** Nothing held of it. */
export const none = (): Uint8Array => new Uint8Array(2);

/** The titles of rows, in their order. */
export const titlesOf = (rows: readonly VideoRow[]): string[] => rows.map(({ title }) => title);

/** Puts a row for every title, in this order. */
export async function putTitles(catalogue: Catalogue, titles: readonly string[]): Promise<void> {
  await Promise.all(titles.map((title, at) => catalogue.put(aRow({ id: idOf(at + 1), title, fileName: "x" }), none())));
}
