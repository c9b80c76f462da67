import { join } from "node:path";
import { openLibrary } from "../../src/open-library.ts";
import { makeFile } from "./library-adding.ts";
import { median, spread } from "./statistics.ts";

const LEAST_READS = 2000;
const READ_BYTES = 65_536;
const AT_ONCE = 8;
const MS = 2000;

/** Random reads of 64 KiB of a held video, each one hashed. */
export async function measureReading(
  folder: string,
  bytes: number,
  rounds: number,
  say: (text: string) => void,
): Promise<string[]> {
  const path = join(folder, "read.bin");
  makeFile(path, bytes);
  const library = await openLibrary({ folder: join(folder, "reading") });
  for await (const report of library.add([path])) if (report.outcome !== "added") throw new Error(report.outcome);
  const [video] = await library.list();
  if (video === undefined) throw new Error("no video");
  const store = await library.open(video.id);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let reads = 0;
    const startedAtMs = performance.now();
    const work = async (): Promise<void> => {
      while (performance.now() - startedAtMs < MS) {
        const read = await store.read(Math.floor(Math.random() * (bytes - READ_BYTES)), READ_BYTES);
        if (!(read instanceof Uint8Array)) throw new Error(read.problem);
        reads++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    rates.push((reads / (performance.now() - startedAtMs)) * 1000);
  }
  await store.close();
  await library.close();
  say(`random verified reads of 64 KiB:         ${spread(rates)} a second  (target ≥ ${LEAST_READS})`);
  return median(rates) < LEAST_READS ? ["random reads are too slow"] : [];
}
