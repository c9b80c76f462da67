import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InlineHasher } from "../../src/store/inline-hasher.ts";
import type { Library } from "../../src/store/library.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";
import { openStore } from "../../src/store/open.ts";
import { type Call, type Fault, FaultyDisk, noFaults } from "../unit/support/faulty-disk.ts";
import { madeVideo, someBytes } from "../unit/support/made-video.ts";
import { MISSING_MOUNT, requirement } from "./support/requirement.ts";
import { faultRun } from "./support/store-faults.ts";
import { inFolder } from "./support/store-runs.ts";
import { addOne, expectChunk, readChunk } from "./support/store-shelf.ts";
import { SmallDisk } from "./support/store-small-disk.ts";
import { Workload } from "./support/store-workload.ts";

const TIMEOUT_MS = 240_000;

/** @returns what is wrong */
const runWith = (code: string, faults: typeof noFaults): ReturnType<typeof faultRun> =>
  inFolder(async (root) => {
    const workload = new Workload(root);
    workload.prepare();
    return await faultRun(workload, code, faults);
  });

/** One run for each call, with a fault there. @returns what is wrong, and how many there were */
async function sweep(code: string, kindOf: (call: Call) => "error" | "late" | "short" | undefined): Promise<void> {
  const { calls, problems } = await runWith(code, noFaults);
  expect(problems, "without a fault").toEqual([]);
  const found: string[] = [];
  let runs = 0;
  for (const { number } of calls.filter((call) => kindOf(call) !== undefined)) {
    runs++;
    // Files are added side by side: the call of this number need not be the same each time.
    const faultOf = (call: Call): Fault => {
      const kind = call.number === number ? kindOf(call) : undefined;
      return kind && { kind, code };
    };
    found.push(...(await runWith(code, faultOf)).problems.map((text) => `${number} ${text}`));
  }
  console.log(`${code} at ${runs} of ${calls.length} calls`);
  expect(found).toEqual([]);
}

test("EIO at any call", () => sweep("EIO", () => "error"), TIMEOUT_MS);

test(
  "ENOSPC at any call that changes something, a write done by half",
  () =>
    sweep("ENOSPC", ({ name, isChange }) => {
      if (!isChange) return undefined;
      return name === "write" ? "short" : "error";
    }),
  TIMEOUT_MS,
);

test(
  "EIO after any change was made all the same",
  () => sweep("EIO", ({ isChange, name }) => (isChange && name !== "open" ? "late" : undefined)),
  TIMEOUT_MS,
);

for (const code of ["EACCES", "EMFILE"])
  test(`${code} at any opening`, () => sweep(code, ({ name }) => (name === "open" ? "error" : undefined)), TIMEOUT_MS);

const MIB = 1_048_576;
const FAR = madeVideo(12 * MIB + 5, 41);

const openIn = (folder: string, disk: FaultyDisk = new FaultyDisk(nodeDisk)): Promise<Library> =>
  openStore({ folder: join(folder, "library") }, { disk, hasher: new InlineHasher() });

test("a sync that failed: nothing from before it is held, nothing after it is taken, until it is opened again", () =>
  inFolder(async (root) => {
    const disk = new FaultyDisk(nodeDisk);
    const library = await openIn(root, disk);
    const store = await library.receive(FAR.manifest, FAR.lastLeaf);
    const write = (chunk: number): Promise<string> => store.write(chunk, FAR.chunk(chunk));
    expect(await write(0)).toBe("held");
    const late: Promise<string>[] = [];
    disk.faults = ({ name }) => {
      if (name !== "sync" || late.length > 0) return undefined;
      // It comes while the sync is under way.
      late.push(write(4));
      return { kind: "late", code: "EIO" };
    };
    const refused = { status: "rejected", reason: expect.objectContaining({ code: "disk-failed" }) };
    expect(await Promise.allSettled([1, 2, 3].map(write))).toEqual([refused, refused, refused]);
    expect(await Promise.allSettled(late)).toEqual([refused]);
    const before = disk.calls.length;
    expect(await Promise.allSettled([1, 5].map(write))).toEqual([refused, refused]);
    expect(disk.calls.slice(before).filter(({ isChange }) => isChange)).toEqual([]);
    expect([0, 1, 2, 3, 4, 5].filter((chunk) => store.held.has(chunk))).toEqual([0]);
    expectChunk(await readChunk(store, 0), FAR, 0);
    await store.close();
    await library.close();
    const again = await openIn(root);
    const writable = await again.receive(FAR.manifest);
    expect([0, 1, 2, 3, 4, 5].filter((chunk) => writable.held.has(chunk))).toEqual([0]);
    expect(await writable.write(1, FAR.chunk(1))).toBe("held");
    await writable.close();
    await again.close();
  }));

test("a file whose bytes could not be made sure of is not in the library", () =>
  inFolder(async (root) => {
    const disk = new FaultyDisk(nodeDisk);
    const library = await openIn(root, disk);
    const file = join(root, "film.mp4");
    writeFileSync(file, FAR.content);
    disk.faults = ({ name, path }) =>
      name === "sync" && String(path).endsWith("content") ? { kind: "late", code: "EIO" } : undefined;
    await expect(addOne(library, file, true)).rejects.toMatchObject({ code: "disk-failed" });
    expect(await library.list()).toEqual([]);
    expect(readdirSync(join(root, "library", "videos"))).toEqual([]);
    disk.faults = noFaults;
    expect(await addOne(library, file, true)).toBe("added");
    await library.close();
  }));

describe("a full disk", () => {
  test("takes nothing that would not fit, and says so first", async (context) => {
    requirement(context, MISSING_MOUNT);
    const disk = new SmallDisk(40);
    const library = await openIn(disk.folder);
    const large = madeVideo(30 * MIB, 42);
    const file = join(disk.folder, "large.mp4");
    await expect(library.receive(large.manifest, large.lastLeaf)).rejects.toMatchObject({ code: "disk-full" });
    writeFileSync(file, FAR.content);
    await expect(addOne(library, file, true)).rejects.toMatchObject({ code: "disk-full" });
    expect(readdirSync(join(disk.folder, "library", "videos"))).toEqual([]);
    expect(await addOne(library, file)).toBe("added");
    await library.close();
  });

  test("filled by somebody else: refuses the next chunk, keeps the others, and goes on when there is room", async (context) => {
    requirement(context, MISSING_MOUNT);
    const disk = new SmallDisk(40);
    const library = await openIn(disk.folder);
    const store = await library.receive(FAR.manifest, FAR.lastLeaf);
    const write = (chunk: number): Promise<string> => store.write(chunk, FAR.chunk(chunk));
    expect(await Promise.all([0, 1, 2].map(write))).toEqual(["held", "held", "held"]);
    disk.fill(MIB / 2);
    const full = { status: "rejected", reason: expect.objectContaining({ code: "disk-full" }) };
    expect(await Promise.allSettled([3, 4].map(write))).toEqual([full, full]);
    expect(await Promise.allSettled([3].map(write))).toEqual([full]);
    for (const chunk of [0, 1, 2]) expectChunk(await readChunk(store, chunk), FAR, chunk);
    expect([3, 4].filter((chunk) => store.held.has(chunk))).toEqual([]);
    disk.makeRoom();
    expect(new Set(await Promise.all(Array.from({ length: 13 }, (_, chunk) => write(chunk))))).toEqual(
      new Set(["held"]),
    );
    await store.close();
    expect(await library.verify(FAR.manifest.id)).toMatchObject({ good: 13, lost: [] });
    await library.close();
  });

  test("with no room for the catalogue: says so, shows what there is, and goes on when there is room", async (context) => {
    requirement(context, MISSING_MOUNT);
    const disk = new SmallDisk(40);
    const library = await openIn(disk.folder);
    const store = await library.receive(FAR.manifest, FAR.lastLeaf);
    expect(await store.write(0, FAR.chunk(0))).toBe("held");
    await store.close();
    const files = Array.from({ length: 40 }, (_, at) => join(disk.folder, `film ${at}.mp4`));
    for (const [at, file] of files.entries()) writeFileSync(file, someBytes(1000, 50 + at));
    disk.fill();
    const outcomes = await Promise.allSettled(files.map((file) => addOne(library, file)));
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    for (const one of refused) expect(one).toMatchObject({ reason: { code: "disk-full" } });
    expect(await library.list()).toHaveLength(1 + files.length - refused.length);
    expect(await library.verify(FAR.manifest.id).catch(({ code }) => code)).toSatisfy(
      (result) => result === "disk-full" || result.good === 1,
    );
    await library.close();
    const again = await openIn(disk.folder);
    expect(await again.list()).toHaveLength(1 + files.length - refused.length);
    await again.remove(FAR.manifest.id);
    disk.makeRoom();
    for (const file of files) await addOne(again, file);
    expect(await again.list()).toHaveLength(files.length);
    await again.close();
  });
});
