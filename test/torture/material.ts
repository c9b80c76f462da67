import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type MadeVideo, madeVideo } from "../unit/support/made-video.ts";

/** A video that the workload plays with. */
export interface Material extends MadeVideo {
  readonly name: string;
  /** In hex. */
  readonly id: string;
}

/** Of one chunk and of several, with whole and with ragged ends; in all small enough to be read after every cut. */
const SIZES = [
  300, 16_384, 61_000, 250_000, 900_001, 1_048_576, 1_048_577, 1_500_000, 2_097_152, 3_300_000, 4_194_305, 6_000_000,
];

/** The same videos for the same seed, as a library elsewhere would have them; zeros, which a lost write leaves, are rare. */
export const makeMaterial = (seed: number): Material[] =>
  SIZES.map((size, index) => {
    const video = madeVideo(size, seed * SIZES.length + index);
    return { ...video, name: `filme-${index}.mp4`, id: Buffer.from(video.manifest.id).toString("hex") };
  });

/** Puts the videos' files into a folder, and makes sure of them as a careful person's program did long ago. */
export function writeSources(folder: string, materials: readonly Material[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of materials) {
    const fd = openSync(join(folder, name), "w");
    writeSync(fd, content);
    fsyncSync(fd);
    closeSync(fd);
  }
  const fd = openSync(folder, "r");
  fsyncSync(fd);
  closeSync(fd);
}
