import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../sim/random.ts";
import { HashPool } from "../../src/store/hash-pool.ts";
import { CutDevice } from "./cut-device.ts";
import { CUTS_PER_ERA, type CutReport, Era } from "./era.ts";
import { makeMaterial, writeSources } from "./material.ts";
import type { RigOptions } from "./run-power-cuts.ts";

// One of several processes that cut power: each its own disk and its own eras. It says each cut's report in one line.

const options = JSON.parse(process.argv[2] as string) as RigOptions;
const { seed, first, cuts, rig, rigs, folder, logs, flaw, catalogue } = options;

// The one who started it is gone: the helper takes the disk away when this process is gone too.
process.stdin.on("end", () => process.exit(1)).resume();

// The helper takes this folder away, whatever happens here.
const place = join(folder, `rig-${rig}`);
const device = await CutDevice.make(place);
const hasher = new HashPool();
const materials = makeMaterial(seed);
const stableSources = join(place, "sources");
writeSources(stableSources, materials);

const stage = { device, hasher, materials, stableSources, flaw };
for (let start = first + rig * CUTS_PER_ERA; start < first + cuts; start += rigs * CUTS_PER_ERA) await playEra(start);
await hasher.close();
await device.end();
process.exit();

/** The library and the power cuts from `start` on. Where the catalogue is changes from era to era. */
async function playEra(start: number): Promise<void> {
  const isElsewhere = catalogue === "elsewhere" || (catalogue === "both" && (start / CUTS_PER_ERA) % 2 === 1);
  const catalogueFolder = isElsewhere ? join(place, `catalogue-${start}`) : undefined;
  if (catalogueFolder !== undefined) mkdirSync(catalogueFolder);
  const logPath = join(logs, `cuts-from-${start}.log`);
  const random = new Random(seed).fork(`from ${start}`);
  const era = new Era(stage, { cuts: Math.min(CUTS_PER_ERA, first + cuts - start), random, logPath, catalogueFolder });
  let cut = start;
  const say = (report: CutReport): void => {
    const { counts } = era.ledger;
    console.log(JSON.stringify({ ...report, cut: cut++, counts, isElsewhere, logPath }));
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] = 0;
  };
  try {
    await era.play(say);
  } finally {
    era.close();
  }
}
