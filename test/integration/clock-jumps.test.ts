import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { keepClaims } from "../../src/core/content/claims.ts";
import { InlineHasher } from "../../src/store/inline-hasher.ts";
import type { Library } from "../../src/store/library.ts";
import { openStore } from "../../src/store/open.ts";
import { madeVideo } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { addAll, addOne } from "./support/library-stage.ts";

const TEN_YEARS_MS = 10 * 365.25 * 24 * 3600 * 1000;
const HOUR_MS = 3_600_000;
const NOW_MS = 1_795_000_000_000;

/** What a computer's clock may do while a library is used: the time at each look at it, from a count of looks. */
const CLOCKS: Readonly<Record<string, (look: number) => number>> = {
  "goes back by ten years": (look) => (look < 3 ? NOW_MS : NOW_MS - TEN_YEARS_MS) + look,
  "jumps ahead by ten years": (look) => (look < 3 ? NOW_MS : NOW_MS + TEN_YEARS_MS) + look,
  "jumps ahead and back at every look": (look) => NOW_MS + (look % 2 === 0 ? -TEN_YEARS_MS : TEN_YEARS_MS),
  "stands still": () => NOW_MS,
  "has no battery and begins in 1970 again": (look) => (look < 3 ? NOW_MS : 0),
  "never leaves 1970": () => 0,
  "goes back by an hour in autumn": (look) => NOW_MS + look - (look < 3 ? 0 : HOUR_MS),
};

/** A library that asks this clock alone. */
function stage(clock: (look: number) => number): { folder: string; open: () => Promise<Library> } {
  const folder = tempFolder();
  let looks = 0;
  let library: Library | undefined;
  onTestFinished(() => library?.close());
  const open = async (): Promise<Library> => {
    await library?.close();
    const foundations = { hasher: new InlineHasher(), wallClockMs: () => clock(looks++) };
    library = await openStore({ folder: join(folder, "data") }, foundations);
    return library;
  };
  return { folder, open };
}

const FILM = madeVideo(2_200_000, 1);
const FAR = madeVideo(3_300_000, 2);
const TITLES = ["Mar", "Mar calmo", "Mar bravo", "Mar de novo", "Mar"];

describe.for(Object.entries(CLOCKS))("while the clock %s", ([, clock]) => {
  test("the title given last wins, here, after a rebuilding, and at whoever has the older claims", async () => {
    const { folder, open } = stage(clock);
    const path = join(folder, "film.mp4");
    writeFileSync(path, FILM.content);
    let library = await open();
    let elsewhere = (await library.details(await addOne(library, path, { title: "first" }))).claims;
    for (const title of TITLES) {
      expect(await addAll(library, [path], { title })).toMatchObject([{ outcome: "added" }]);
      const { claims, title: row } = await library.details(FILM.manifest.id);
      expect([row, claims.map((one) => one.claims.title)]).toEqual([title, [title]]);
      elsewhere = claims.reduce<typeof claims>((known, one) => keepClaims(known, one, undefined), elsewhere);
      expect(elsewhere.map((one) => one.claims.title)).toEqual([title]);
      library = await open();
      expect(await library.get(FILM.manifest.id)).toMatchObject({ title });
    }
    await library.close();
    for (const file of ["library.db", "library.db-wal", "library.db-shm"])
      rmSync(join(folder, "data", file), { force: true });
    library = await open();
    expect(await library.get(FILM.manifest.id)).toMatchObject({ title: TITLES.at(-1), state: "complete" });
  });

  test("nothing expires, and nothing is lost", async () => {
    const { folder, open } = stage(clock);
    const path = join(folder, "film.mp4");
    writeFileSync(path, FILM.content);
    let library = await open();
    await addOne(library, path);
    const store = await library.receive(FAR.manifest, FAR.lastLeaf);
    for (const chunk of [0, 2]) expect(await store.write(chunk, FAR.chunk(chunk))).toBe("held");
    await store.close();
    for (let opening = 0; opening < 3; opening++) {
      library = await open();
      expect(library.mended).toEqual({ adopted: [], dropped: [], unsound: [] });
      expect(await library.get(FILM.manifest.id)).toMatchObject({ state: "complete", held: 3 });
      expect(await library.get(FAR.manifest.id)).toMatchObject({ state: "partial", held: 2 });
      expect(await addAll(library, [path]), "nothing is hashed or said again").toMatchObject([{ outcome: "already" }]);
      expect(await library.verify(FILM.manifest.id)).toMatchObject({ good: 3, lost: [], absent: 0 });
      expect(await library.verify(FAR.manifest.id)).toMatchObject({ good: 2, lost: [] });
    }
    const resumed = await library.receive(FAR.manifest);
    for (const chunk of [1, 3]) expect(await resumed.write(chunk, FAR.chunk(chunk))).toBe("held");
    await resumed.close();
    expect(await library.get(FAR.manifest.id)).toMatchObject({ state: "complete" });
    expect(await library.list()).toHaveLength(2);
  });
});
