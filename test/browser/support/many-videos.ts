import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Library } from "../../../src/store/library.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";

const WORDS = [
  "river",
  "winter",
  "harbour",
  "grandmother",
  "kitchen",
  "mountain",
  "first steps",
  "wedding",
  "rain",
  "carnival",
];

/** Adds so many videos of a few bytes each. */
export async function manyVideos(library: Library, count: number): Promise<void> {
  const folder = join(tempFolder(), "many");
  mkdirSync(folder);
  for (let number = 0; number < count; number++) {
    const name = `${WORDS[number % WORDS.length]} ${WORDS[Math.floor(number / 10) % WORDS.length]} ${number}`;
    writeFileSync(join(folder, `${name}.mp4`), `video ${number}`);
  }
  for await (const report of library.add([folder])) if (report.outcome === "failed") throw report.error;
}
