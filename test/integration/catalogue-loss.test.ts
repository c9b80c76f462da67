import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Library } from "../../src/store/library.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";
import { FaultyDisk, faultAt } from "../unit/support/faulty-disk.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { strays } from "./support/store-ledger.ts";
import { inFolder } from "./support/store-runs.ts";
import { addOne, PARTS, readChunk, Shelf } from "./support/store-shelf.ts";

/** A filled library. */
const withShelf = (action: (shelf: Shelf) => Promise<void>): Promise<void> =>
  inFolder(async (root) => {
    const shelf = new Shelf(root);
    await shelf.fill();
    await action(shelf);
  });

/** What a list of the library shows. */
const listed = async (library: Library): Promise<string[]> =>
  (await library.list()).map(({ title, state, held, chunks }) => `${title}: ${state}, ${held} of ${chunks}`);

const ALL = ["Férias no mar: complete, 3 of 3", "Noite de São João: partial, 2 of 3", "O gato: complete, 3 of 3"];

/** Everything is there, reads as it was, and is found. */
async function expectAll(shelf: Shelf): Promise<void> {
  await shelf.use(async (library) => {
    expect(await listed(library)).toEqual(ALL);
    for (const [words, title] of [
      ["sao joao", "Noite de São João"],
      ["feri", "Férias no mar"],
      ["gato", "O gato"],
    ] as const)
      expect((await library.list({ words })).map((video) => video.title)).toEqual([title]);
    for (const kept of ["in place", "copied"] as const) {
      const parts = [];
      for await (const bytes of library.stream(shelf.id(kept))) parts.push(bytes);
      expect(Buffer.concat(parts).equals(shelf.videos[kept].content), kept).toBe(true);
    }
    const store = await library.open(shelf.id("partial"));
    expect([0, 1, 2].filter((chunk) => store.held.has(chunk))).toEqual(PARTS);
    expect(await readChunk(store, 1)).toBe("not-held 1");
    await store.close();
    const subtitles = (await library.details(shelf.id("in place"))).claims[0]?.claims.subtitles ?? [];
    expect(await Promise.all(subtitles.map(async ({ id }) => (await library.get(id))?.kind))).toEqual(["subtitle"]);
    expect(strays(shelf.folder).filter((name) => !name.startsWith("library.db.damaged-"))).toEqual([]);
  });
}

/** Nothing is left to be mended. */
const expectQuiet = (shelf: Shelf): Promise<void> =>
  shelf.use((library, notices) => {
    expect(notices).toEqual([]);
    expect(library.mended).toEqual({ adopted: [], dropped: [], unsound: [] });
    return Promise.resolve();
  });

const LOSSES: Readonly<Record<string, (file: string) => void>> = {
  "is deleted": (file) => rmSync(file),
  "is garbage": (file) => writeFileSync(file, someBytes(60_000, 21)),
  "is empty": (file) => writeFileSync(file, ""),
  "is cut in half": (file) => truncateSync(file, readFileSync(file).length >> 1),
  "is cut by a byte": (file) => truncateSync(file, readFileSync(file).length - 1),
  "has zeros in its midst": (file) => writeFileSync(file, readFileSync(file).fill(0, 4096, 12_288)),
};

describe("a library whose catalogue", () => {
  for (const [what, lose] of Object.entries(LOSSES))
    test(`${what} has everything again, and the second opening is quiet`, () =>
      withShelf(async (shelf) => {
        lose(shelf.catalogue);
        await expectAll(shelf);
        await expectQuiet(shelf);
        await expectAll(shelf);
      }));

  test("is deleted says so, and takes none of a changed file's bytes for those that it has lost", () =>
    withShelf(async (shelf) => {
      rmSync(shelf.catalogue);
      writeFileSync(shelf.source, someBytes(shelf.videos["in place"].content.length, 22));
      await shelf.use(async (library, notices) => {
        expect(notices).not.toEqual([]);
        expect(library.mended.adopted).toHaveLength(4);
        expect((await library.get(shelf.id("in place")))?.state).toBe("changed");
        expect((await library.verify(shelf.id("in place"))).good).toBe(0);
      });
    }));

  test(
    "is deleted, and whose rebuilding fails at any call, has everything at the next opening",
    () =>
      withShelf(async (shelf) => {
        const failedAt = async (number: number): Promise<boolean> => {
          for (const suffix of ["", "-wal"]) rmSync(shelf.catalogue + suffix, { force: true });
          const disk = new FaultyDisk(nodeDisk, faultAt(number, { kind: "error", code: "EIO" }));
          const library = await shelf.open([], { disk }).catch(() => undefined);
          await library?.close();
          await shelf.use(async (again) => expect(await listed(again), `call ${number}`).toEqual(ALL));
          return disk.struck.length > 0;
        };
        let calls = 1;
        while (await failedAt(calls)) calls++;
        console.log(`rebuilding failed at each of ${calls - 1} calls`);
        await expectAll(shelf);
      }),
    60_000,
  );
});

describe("a library with a catalogue of an older day", () => {
  test("has what was added since", () =>
    inFolder(async (root) => {
      const shelf = new Shelf(root);
      await shelf.use((library) => addOne(library, shelf.original, true));
      shelf.saveCatalogue();
      await shelf.fill();
      shelf.restoreCatalogue();
      await expectAll(shelf);
      await expectQuiet(shelf);
    }));

  test("does not have again what was removed since", () =>
    withShelf(async (shelf) => {
      shelf.saveCatalogue();
      await shelf.use((library) => library.remove(shelf.id("copied")));
      await shelf.use((library) => library.remove(shelf.id("in place")));
      shelf.restoreCatalogue();
      await shelf.use(async (library) => {
        expect(await listed(library)).toEqual([ALL[1]]);
        expect(library.mended.dropped).toHaveLength(3);
        await expect(library.open(shelf.id("copied"))).rejects.toThrow(/no such video/);
      });
      await expectQuiet(shelf);
    }));

  test("finds bytes that the library has taken since, though the file they were in is gone", () =>
    withShelf(async (shelf) => {
      shelf.saveCatalogue();
      await shelf.use((library) => addOne(library, shelf.source, true));
      rmSync(shelf.source);
      shelf.restoreCatalogue();
      await expectAll(shelf);
      await expectQuiet(shelf);
    }));

  test("finds the file that a damaged copy was replaced by since", () =>
    withShelf(async (shelf) => {
      shelf.saveCatalogue();
      truncateSync(shelf.data("copied"), 1000);
      await shelf.use((library) => library.verify(shelf.id("copied")));
      await shelf.use((library) => addOne(library, shelf.original));
      shelf.restoreCatalogue();
      await expectAll(shelf);
      await shelf.use(async (library) => expect((await library.get(shelf.id("copied")))?.source).toBe(shelf.original));
      await expectQuiet(shelf);
    }));

  test("finds chunks that came since when they are verified", () =>
    withShelf(async (shelf) => {
      shelf.saveCatalogue();
      await shelf.use((library) => shelf.receive(library, [1]));
      shelf.restoreCatalogue();
      await shelf.use(async (library) =>
        expect(await library.verify(shelf.id("partial"))).toMatchObject({ good: 3, recovered: 1, lost: [] }),
      );
    }));

  test("knows a title that was given since when it is given again", () =>
    withShelf(async (shelf) => {
      shelf.saveCatalogue();
      const name = (library: Library): Promise<void> => addNamed(library, shelf.source, "Outro nome");
      await shelf.use(name);
      copyFileSync(`${shelf.folder}.saved`, shelf.catalogue);
      await shelf.use(name);
      await shelf.use(async (library) => expect((await library.find("Outro nome")).id).toEqual(shelf.id("in place")));
    }));
});

async function addNamed(library: Library, path: string, title: string): Promise<void> {
  for await (const report of library.add([path], { title })) if (report.outcome === "failed") throw report.error;
}
