import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import type { ReadRun } from "../../src/store/hasher.ts";
import { InlineHasher } from "../../src/store/inline-hasher.ts";
import type { Library } from "../../src/store/library.ts";
import { Random } from "../property/support/random.ts";
import { SEED } from "../property/support/seed.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { inFolder } from "./support/store-runs.ts";
import { addOne, expectChunk, type Kept, PARTS, readChunk, Shelf } from "./support/store-shelf.ts";
import { system } from "./support/system.ts";

const CHUNK_BYTES = 1_048_576;
const LEAF_BYTES = 16_384;
const KEPT = ["in place", "copied", "partial"] as const;

console.log(`damage: SEED=${SEED}`);

/** A filled library. */
const withShelf = (action: (shelf: Shelf) => Promise<void>): Promise<void> =>
  inFolder(async (root) => {
    const shelf = new Shelf(root);
    await shelf.fill();
    await action(shelf);
  });

/** Changes one bit of a file, and nothing else of it. */
function flip(path: string, position: number, bit: number): void {
  const file = openSync(path, "r+");
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  byte[0] = (byte[0] as number) ^ (1 << bit);
  writeSync(file, byte, 0, 1, position);
  closeSync(file);
}

/** Places in a video: its ends, those of its chunks and leaves, and some at random. */
function positionsIn(bytes: number, random: Random): number[] {
  const edges = [0, LEAF_BYTES - 1, LEAF_BYTES, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES, bytes - 1];
  return [...edges, ...random.list(9, () => random.below(bytes))];
}

/** Chunks of a video that are held. */
const heldOf = (kept: Kept): readonly number[] => (kept === "partial" ? PARTS : [0, 1, 2]);

/** Every held chunk but one reads as it was. */
async function expectOthers(shelf: Shelf, library: Library, kept: Kept, but: readonly number[]): Promise<void> {
  const store = await library.open(shelf.id(kept));
  for (const chunk of heldOf(kept).filter((one) => !but.includes(one))) {
    expectChunk(await readChunk(store, chunk), shelf.videos[kept], chunk);
  }
  await store.close();
}

/** No other byte than the right one comes out, whatever is read. */
async function expectNothingWrong(shelf: Shelf, library: Library, kept: Kept): Promise<void> {
  const store = await library.open(shelf.id(kept)).catch(() => undefined);
  for (const chunk of [0, 1, 2]) {
    const read = store === undefined ? "" : await readChunk(store, chunk);
    if (typeof read === "string") continue;
    expectChunk(read, shelf.videos[kept], chunk);
  }
  await store?.close();
}

describe.each(KEPT)("one bit of a video that is %s", (kept) => {
  test("is found by who reads it, before it comes out, and by verifying; the other chunks stay", () =>
    withShelf(async (shelf) => {
      const random = new Random(SEED);
      await shelf.use(async (library) => {
        const { content } = shelf.videos[kept];
        for (const position of positionsIn(content.length, random)) {
          const chunk = Math.floor(position / CHUNK_BYTES);
          if (!heldOf(kept).includes(chunk)) continue;
          const bit = random.below(8);
          const where = `bit ${bit} of byte ${position}`;
          flip(shelf.data(kept), position, bit);
          if (random.oneIn(2)) {
            expect((await library.verify(shelf.id(kept))).lost, where).toEqual([chunk]);
          } else {
            const damaged = await library.open(shelf.id(kept));
            expect(await readChunk(damaged, chunk), where).toMatch(/^(damaged|changed) /);
            expect(damaged.held.has(chunk), where).toBe(false);
            await damaged.close();
          }
          await expectOthers(shelf, library, kept, [chunk]);
          flip(shelf.data(kept), position, bit);
          expect(await library.verify(shelf.id(kept)), where).toMatchObject({ recovered: 1, lost: [] });
          await expectOthers(shelf, library, kept, []);
        }
      });
    }));

  test("of its hash tree takes nothing away, and is mended", () =>
    withShelf(async (shelf) => {
      const random = new Random(SEED + 1);
      const tree = shelf.part(kept, "tree");
      const good = readFileSync(tree);
      // Those of a chunk that is not held are none.
      for (const chunk of heldOf(kept)) {
        const start = chunk * 64 * 32;
        const end = Math.min(start + 64 * 32, good.length);
        for (const position of [start, end - 1, random.between(start, end - 1)]) {
          flip(tree, position, random.below(8));
          await shelf.use((library) => expectOthers(shelf, library, kept, []));
          expect(readFileSync(tree).equals(good), `byte ${position}`).toBe(true);
        }
      }
    }));

  test("of its manifest never lets a wrong byte out", () =>
    withShelf(async (shelf) => {
      const random = new Random(SEED + 2);
      const manifest = shelf.part(kept, "manifest");
      const { length } = readFileSync(manifest);
      await shelf.use(async (library) => {
        for (const position of [0, length - 1, ...random.list(60, () => random.below(length))]) {
          const bit = random.below(8);
          flip(manifest, position, bit);
          const details = await library.details(shelf.id(kept)).catch((error: { code: string }) => error.code);
          if (typeof details === "string") expect(details).toBe("manifest-damaged");
          else expect(details.manifest).toMatchObject({ ...shelf.videos[kept].manifest, claims: details.claims });
          await expectNothingWrong(shelf, library, kept);
          flip(manifest, position, bit);
        }
        await expectOthers(shelf, library, kept, []);
      });
    }));
});

test("one bit of a source file, when the catalogue is lost as well, never lets a wrong byte out", () =>
  withShelf(async (shelf) => {
    const random = new Random(SEED + 3);
    const source = shelf.part("in place", "source");
    const { length } = readFileSync(source);
    for (const position of [0, length - 1, ...random.list(20, () => random.below(length))]) {
      const bit = random.below(8);
      flip(source, position, bit);
      rmSync(shelf.catalogue, { force: true });
      await shelf.use((library) => expectNothingWrong(shelf, library, "in place"));
      flip(source, position, bit);
      // Lost to the library, not to its owner: the file is added again.
      await shelf.use((library) => addOne(library, shelf.source));
      await shelf.use((library) => expectOthers(shelf, library, "in place", []));
    }
  }));

/** What can become of the file with the bytes; what verifying it finds lost. */
const CHANGES: Readonly<Record<string, { change: (file: string, other: string) => void; lost: readonly number[] }>> = {
  "cut by a byte": { change: (file) => truncateSync(file, statSync(file).size - 1), lost: [2] },
  "cut in its first chunk": { change: (file) => truncateSync(file, 5000), lost: [0, 1, 2] },
  empty: { change: (file) => truncateSync(file, 0), lost: [0, 1, 2] },
  longer: { change: (file) => appendFileSync(file, someBytes(1000, 31)), lost: [] },
  touched: { change: (file) => utimesSync(file, 1, 1), lost: [] },
  "another file with its bytes": {
    change: (file) => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
    lost: [],
  },
  "another video of its size": { change: (file, other) => copyFileSync(other, file), lost: [0, 1, 2] },
  "a folder": {
    change: (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    lost: [0, 1, 2],
  },
  "a FIFO": {
    change: (file) => {
      rmSync(file);
      system("mkfifo", file);
    },
    lost: [0, 1, 2],
  },
  "a link to another video": {
    change: (file, other) => {
      rmSync(file);
      symlinkSync(other, file);
    },
    lost: [0, 1, 2],
  },
};

describe.each(KEPT)("a file of a video that is %s", (kept) => {
  const other: Kept = kept === "copied" ? "in place" : "copied";
  for (const [what, { change, lost }] of Object.entries(CHANGES))
    test(`that is ${what} now: what is lost is found, and nothing wrong comes out`, () =>
      withShelf(async (shelf) => {
        change(shelf.data(kept), shelf.data(other));
        const expected = heldOf(kept).filter((chunk) => lost.includes(chunk));
        await shelf.use((library) => expectNothingWrong(shelf, library, kept));
        await shelf.use(async (library) => {
          await library.verify(shelf.id(kept));
          const store = await library.open(shelf.id(kept));
          for (const chunk of heldOf(kept)) {
            const isLost = typeof (await readChunk(store, chunk)) === "string";
            expect(isLost, `chunk ${chunk}`).toBe(expected.includes(chunk));
          }
          await store.close();
          await expectOthers(shelf, library, kept, expected);
          await expectOthers(shelf, library, other, []);
        });
        await shelf.use((library) => expectOthers(shelf, library, kept, expected));
      }));

  test("that is gone: nothing is read; when it is back everything is", () =>
    withShelf(async (shelf) => {
      renameSync(shelf.data(kept), `${shelf.folder}.away`);
      await shelf.use(async (library) => {
        const store = await library.open(shelf.id(kept));
        expect(typeof (await readChunk(store, 0))).toBe("string");
        await store.close();
      });
      rmSync(shelf.data(kept), { force: true });
      renameSync(`${shelf.folder}.away`, shelf.data(kept));
      await shelf.use(async (library) => {
        expect((await library.verify(shelf.id(kept))).good).toBe(heldOf(kept).length);
        await expectOthers(shelf, library, kept, []);
      });
    }));

  for (const part of ["a folder", "a FIFO", "a link to another video", "empty"] as const)
    test(`whose hash tree is ${part} now: the tree is made again`, () =>
      withShelf(async (shelf) => {
        CHANGES[part]?.change(shelf.part(kept, "tree"), shelf.source);
        const before = readFileSync(shelf.source);
        await shelf.use((library) => expectOthers(shelf, library, kept, []));
        await shelf.use((library) => expectOthers(shelf, library, kept, []));
        expect(readFileSync(shelf.source).equals(before), "what a link leads to").toBe(true);
      }));

  test("whose hash tree is gone: the tree is made again", () =>
    withShelf(async (shelf) => {
      const tree = shelf.part(kept, "tree");
      const good = readFileSync(tree);
      rmSync(tree);
      await shelf.use(async (library) => {
        await library.verify(shelf.id(kept));
        await expectOthers(shelf, library, kept, []);
      });
      if (kept !== "partial") expect(readFileSync(tree).equals(good)).toBe(true);
    }));

  test("whose manifest is gone: it says so, the others stay, and the file can be added again", () =>
    withShelf(async (shelf) => {
      rmSync(shelf.part(kept, "manifest"));
      const file = kept === "in place" ? shelf.source : `${shelf.folder}.again`;
      if (kept !== "in place") writeFileSync(file, shelf.videos[kept].content);
      await shelf.use(async (library) => {
        await expect(library.open(shelf.id(kept))).rejects.toMatchObject({ code: "manifest-damaged" });
        await expect(library.verify(shelf.id(kept))).rejects.toMatchObject({ code: "manifest-damaged" });
        expect(await library.list()).toHaveLength(3);
        await expectOthers(shelf, library, other, []);
        expect(await addOne(library, file, kept !== "in place")).toBe("added");
        await expectOthers(shelf, library, kept, []);
      });
      await shelf.use((library) => expectOthers(shelf, library, kept, []));
    }));
});

test("a library's own file that is gone makes place for its chunks again", () =>
  withShelf(async (shelf) => {
    rmSync(shelf.data("partial"));
    await shelf.use(async (library) => {
      expect((await library.verify(shelf.id("partial"))).lost).toEqual(PARTS);
      await shelf.receive(library, [0, 1, 2]);
      expect((await library.verify(shelf.id("partial"))).good).toBe(3);
    });
    rmSync(shelf.data("copied"));
    await shelf.use(async (library) => {
      expect(await addOne(library, shelf.original, true)).toBe("added");
      await expectOthers(shelf, library, "copied", []);
    });
  }));

test("two videos' files that changed places are both lost, and found when they are back", () =>
  withShelf(async (shelf) => {
    const swap = (): void => {
      renameSync(shelf.data("copied"), `${shelf.folder}.swap`);
      renameSync(shelf.data("partial"), shelf.data("copied"));
      renameSync(`${shelf.folder}.swap`, shelf.data("partial"));
    };
    swap();
    await shelf.use(async (library) => {
      expect((await library.verify(shelf.id("copied"))).lost).toEqual([0, 1, 2]);
      expect((await library.verify(shelf.id("partial"))).lost).toEqual(PARTS);
    });
    swap();
    await shelf.use(async (library) => {
      for (const kept of ["copied", "partial"] as const) {
        expect((await library.verify(shelf.id(kept))).recovered).toBe(heldOf(kept).length);
        await expectOthers(shelf, library, kept, []);
      }
    });
  }));

test("a source file that leads to another file never lets a wrong byte out", () =>
  withShelf(async (shelf) => {
    const source = shelf.part("in place", "source");
    writeFileSync(source, readFileSync(source, "utf8").replace(shelf.source, shelf.original));
    rmSync(shelf.catalogue);
    await shelf.use(async (library) => {
      await expectNothingWrong(shelf, library, "in place");
      expect((await library.verify(shelf.id("in place"))).good).toBe(0);
      await expectNothingWrong(shelf, library, "in place");
      await expectOthers(shelf, library, "copied", []);
    });
  }));

/** Tells which reads were hashed. */
class TellingHasher extends InlineHasher {
  hashed: boolean[] = [];

  override async read(job: Parameters<InlineHasher["read"]>[0]): Promise<ReadRun> {
    const run = await super.read(job);
    this.hashed.push(run.hashed);
    return run;
  }
}

/** What makes a file another one, as its stamp has it. */
const NOTICED: Readonly<Record<string, (file: string) => void>> = {
  "its size": (file) => appendFileSync(file, "!"),
  "its time": (file) => utimesSync(file, 1, 1),
  "a byte": (file) => flip(file, 5, 5),
};

describe.each(KEPT)("trusted reads of a video that is %s", (kept) => {
  for (const [what, change] of Object.entries(NOTICED))
    test(`do not hash until ${what} has changed`, () =>
      withShelf(async (shelf) => {
        const hasher = new TellingHasher();
        const library = await shelf.open([], { hasher });
        const store = await library.open(shelf.id(kept));
        expectChunk(await readChunk(store, 0, "trusted"), shelf.videos[kept], 0);
        expectChunk(await readChunk(store, 0, "trusted"), shelf.videos[kept], 0);
        expect(hasher.hashed.splice(0)).toEqual([false, false]);
        expectChunk(await readChunk(store, 0), shelf.videos[kept], 0);
        expect(hasher.hashed.splice(0)).toEqual([true]);
        change(shelf.data(kept));
        const read = await readChunk(store, 0, "trusted");
        if (what === "a byte") expect(read).toMatch(/^(changed|damaged) 0$/);
        else expectChunk(read, shelf.videos[kept], 0);
        expect(hasher.hashed[0]).toBe(true);
        await store.close();
        if (what === "a byte") flip(shelf.data(kept), 5, 5);
        expect((await library.verify(shelf.id(kept))).good).toBe(heldOf(kept).length);
        hasher.hashed = [];
        const verified = await library.open(shelf.id(kept));
        expectChunk(await readChunk(verified, 2, "trusted"), shelf.videos[kept], 2);
        // A file that has grown begins with the video, and is another one all the same.
        if (what !== "its size") expect(hasher.hashed, "known to be good again").toEqual([false]);
        await verified.close();
        await library.close();
      }));

  test("hash a file that took the place of another", () =>
    withShelf(async (shelf) => {
      CHANGES["another file with its bytes"]?.change(shelf.data(kept), "");
      const hasher = new TellingHasher();
      const library = await shelf.open([], { hasher });
      const store = await library.open(shelf.id(kept));
      expectChunk(await readChunk(store, 0, "trusted"), shelf.videos[kept], 0);
      expect(hasher.hashed).toEqual([true]);
      await store.close();
      await library.close();
    }));
});
