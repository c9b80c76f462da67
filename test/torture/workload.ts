import { join } from "node:path";
import { inspect } from "node:util";
import type { Random } from "../../sim/random.ts";
import type { ChunkStore } from "../../src/store/chunk-store.ts";
import type { Library } from "../../src/store/library.ts";
import type { Ledger } from "./ledger.ts";
import type { Material } from "./material.ts";

/** What the workload plays with. */
export interface Playground {
  readonly library: Library;
  readonly ledger: Ledger;
  readonly materials: readonly Material[];
  /** Folders with the materials' files: on the disk that is cut, and on one that is not. */
  readonly sources: readonly string[];
  /** A folder on the disk that is cut. */
  readonly exports: string;
  /** Names in it that somebody is exporting to. */
  readonly exportsBusy: Set<string>;
  readonly random: Random;
  readonly isCut: () => boolean;
}

/** What somebody does with one video. */
type Action = (playground: Playground, video: Material, random: Random) => Promise<void>;

/** As many as there are workers at most: one finds a name that nobody else is exporting to. */
const EXPORTS = ["um.mp4", "dois.mp4", "tres.mp4", "quatro.mp4"];

/** Chunks that come at one time. */
const WINDOWS = [1, 2, 4, 8];

/**
 * Adds, receives, calls by other names, exports and removes videos, several side by side, until the power is cut.
 * @returns what failed before it was
 */
export async function work(playground: Playground, width: number): Promise<string[]> {
  const failures: string[] = [];
  const busy = new Set<Material>();
  const worker = async (random: Random): Promise<void> => {
    while (!playground.isCut() && failures.length === 0) {
      const video = random.pick(playground.materials.filter((one) => !busy.has(one)));
      const action = random.pick(ACTIONS[stateOf(playground.ledger, video)]);
      busy.add(video);
      try {
        await action(playground, video, random);
      } catch (error) {
        // What fails after the cut is what a machine without power does not do either.
        if (!playground.isCut()) failures.push(`${action.name} ${video.name} failed: ${describe(error)}`);
      } finally {
        busy.delete(video);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, (_, index) => worker(playground.random.fork(`worker ${index}`))));
  return failures;
}

const describe = (error: unknown): string => inspect(error, { depth: 4 });

function stateOf(ledger: Ledger, { id, manifest }: Material): "absent" | "partial" | "complete" {
  const { presence, held } = ledger.of(id);
  if (presence === "out") return "absent";
  return held.size === manifest.geometry.chunks ? "complete" : "partial";
}

const add = (copy: boolean): Action =>
  async function addFile({ library, ledger, sources }, { id, name, manifest }, random) {
    // Often what did not come to an end before: a person gives the same command again.
    const before = ledger.of(id).attempted;
    const title = before !== undefined && random.chance(0.5) ? before : `Título ${random.integer(0, 99_999)}`;
    ledger.adding(id, title);
    for await (const report of library.add([join(random.pick(sources), name)], { copy, title })) {
      if (report.outcome === "failed") throw report.error;
      if (report.outcome === "skipped") throw new Error(report.reason);
    }
    ledger.added(id, title, manifest.geometry.chunks);
  };

const addInPlace = add(false);
const addCopy = add(true);

async function receive({ library, ledger }: Playground, video: Material, random: Random): Promise<void> {
  ledger.beginning(video.id);
  const store = await library.receive(video.manifest, video.lastLeaf);
  ledger.begun(video.id);
  try {
    await writeChunks(store, ledger, video, random);
  } finally {
    await store.close();
  }
}

/** Some or all chunks that are missing, in any order, several at a time. */
async function writeChunks(store: ChunkStore, ledger: Ledger, video: Material, random: Random): Promise<void> {
  const { chunks } = video.manifest.geometry;
  const missing = Array.from({ length: chunks }, (_, chunk) => chunk).filter((chunk) => !store.held.has(chunk));
  const order = random.sample(missing, random.chance(0.3) ? random.integer(1, chunks) : chunks);
  const writeNext = async (): Promise<void> => {
    for (let chunk = order.shift(); chunk !== undefined; chunk = order.shift()) {
      if ((await store.write(chunk, video.chunk(chunk))) !== "held") throw new Error(`chunk ${chunk} was refused`);
      ledger.held(video.id, chunk);
    }
  };
  const writers = await Promise.allSettled(Array.from({ length: random.pick(WINDOWS) }, writeNext));
  for (const writer of writers) if (writer.status === "rejected") throw writer.reason;
}

async function remove({ library, ledger }: Playground, { id, manifest }: Material): Promise<void> {
  ledger.removing(id);
  await library.remove(manifest.id);
  ledger.removed(id);
}

async function exportIt(playground: Playground, { id, manifest }: Material, random: Random): Promise<void> {
  const { library, ledger, exports, exportsBusy } = playground;
  const name = random.pick(EXPORTS.filter((one) => !exportsBusy.has(one)));
  const path = join(exports, name);
  exportsBusy.add(name);
  try {
    ledger.exporting(path, id);
    await library.export(manifest.id, path, { force: true });
    ledger.exported(path, id);
  } finally {
    exportsBusy.delete(name);
  }
}

/** As often as each is named. A video kept in place is taken into the library by adding a copy, and so on. */
const ACTIONS: Readonly<Record<ReturnType<typeof stateOf>, readonly Action[]>> = {
  absent: [addInPlace, addInPlace, addCopy, receive, receive, receive],
  partial: [receive, receive, receive, addInPlace, addCopy, remove],
  complete: [addInPlace, addCopy, exportIt, remove, remove],
};
