// A program that uses a library, says on its output what it was told, and is killed on the way.
import { writeSync } from "node:fs";
import type { Catalogue } from "../../../src/store/catalogue.ts";
import { HashPool } from "../../../src/store/hash-pool.ts";
import { InlineHasher } from "../../../src/store/inline-hasher.ts";
import { nodeDisk } from "../../../src/store/node-disk.ts";
import { openStore } from "../../../src/store/open.ts";
import { openCatalogue } from "../../../src/store/sqlite-catalogue.ts";
import { FaultyDisk, faultAtChange, noFaults } from "../../unit/support/faulty-disk.ts";
import { FaultyCatalogue } from "./store-catalogue.ts";
import { type Ack, Workload } from "./store-workload.ts";

const [root = "", killAt = "0", mode = "once"] = process.argv.slice(2);
const line = (text: string): unknown => writeSync(1, `${text}\n`);
const say = (ack: Ack): void => void line(JSON.stringify(ack));

const workload = new Workload(root, mode === "loop" ? "large" : "small");
// The calls are counted: one thread makes them in one order. Who is killed at any moment has threads at work.
const hasher = killAt === "0" ? new HashPool() : new InlineHasher();
const disk = new FaultyDisk(nodeDisk, killAt === "0" ? noFaults : faultAtChange(Number(killAt), { kind: "kill" }));
const catalogue = async (folder: string): Promise<Catalogue> =>
  new FaultyCatalogue((await openCatalogue({ folder })).catalogue, disk);
line("started");
const library = await openStore({ folder: workload.library }, { disk, hasher, catalogue });
do {
  for (const step of workload.steps()) await step.run(library, say);
  if (mode === "loop") await workload.empty(library, say);
} while (mode === "loop");
await library.close();
line(`done ${disk.calls.filter(({ isChange }) => isChange).length} changes in ${disk.calls.length} calls`);
