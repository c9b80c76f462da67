import { rmSync } from "node:fs";
import { Lab } from "../../lab/lab.ts";
import { makeFolder, makeMaterial } from "./material.ts";
import type { Stand } from "./side.ts";
import type { Sizes } from "./task.ts";

const SEED = 1;
const LINE_SEED = 2;

/** The stands of all rounds of one run, which share what they work on. It is made when it is first asked for. */
export function standsIn(folder: string, sizes: Sizes): (round: number) => Stand {
  const file = once(() => makeMaterial(folder, "film.bin", sizes.mib, SEED));
  const lineFile = once(() => makeMaterial(folder, "line.bin", sizes.lineMib, LINE_SEED));
  const files = once(() => Promise.resolve(makeFolder(folder, sizes, SEED)));
  return (round) => ({
    folder,
    sizes,
    round,
    ...{ file, lineFile, files },
    inLab: async (run) => {
      const lab = new Lab(round, undefined, () => {});
      try {
        return await run(lab);
      } finally {
        await lab.close();
        rmSync(lab.folder, { recursive: true, force: true });
      }
    },
  });
}

/** Makes something when it is first asked for, and never again. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
