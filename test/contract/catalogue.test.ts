import { describe, expect, test } from "vitest";
import { Bitmap } from "../../src/store/bitmap.ts";
import { aRow, CATALOGUES, idOf, MIB, make, none, titlesOf } from "./support/catalogues.ts";

describe.for(CATALOGUES)("%s keeps rows", ([, open]) => {
  test("gives a row back as it was put", async () => {
    const catalogue = await make(open);
    const stamp = { bytes: 9 * MIB + 5, mtimeNs: -1n, inode: 2n ** 64n - 1n };
    const row = aRow({ source: "/home/a/Férias 🐟.mp4", stamp, title: 'Ünïcode "quoted" 日本', verifiedAtMs: 7 });
    await catalogue.put(row, none());
    expect(await catalogue.get(row.id)).toEqual({ ...row, held: 0, heldBytes: 0 });
    expect(await catalogue.get(idOf(9))).toBeUndefined();
  });

  test("gives a path that is no UTF-8 back as bytes, and others as text", async () => {
    const catalogue = await make(open);
    const bytes = Buffer.from([0x2f, 0xff, 0xfe, 0x61]);
    await catalogue.put(aRow({ id: idOf(1), source: bytes }), none());
    await catalogue.put(aRow({ id: idOf(2), source: Buffer.from("/ç") }), none());
    const source = (await catalogue.get(idOf(1)))?.source;
    expect(Buffer.isBuffer(source)).toBe(true);
    expect(source).toEqual(bytes);
    expect((await catalogue.get(idOf(2)))?.source).toBe("/ç");
    expect((await catalogue.bySource(bytes))?.id).toEqual(idOf(1));
    expect((await catalogue.bySource("/ç"))?.id).toEqual(idOf(2));
    expect(await catalogue.bySource(bytes.toString("latin1"))).toBeUndefined();
  });

  test("puts a row anew in place of the old one", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow({ source: "/a" }), Bitmap.full(10).bytes);
    await catalogue.put(aRow({ title: "Natal", fileName: "n.mp4" }), none());
    expect(await catalogue.get(idOf(1))).toMatchObject({ title: "Natal", source: undefined, held: 0 });
    expect(await catalogue.list({ words: "ferias" })).toEqual([]);
    expect(await catalogue.list({ words: "natal" })).toHaveLength(1);
    expect(await catalogue.ids()).toEqual([idOf(1)]);
  });

  test("forgets all of what is removed", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow({ source: "/a" }), none());
    await catalogue.put(aRow({ id: idOf(2) }), none());
    await catalogue.remove(idOf(1));
    expect(await catalogue.get(idOf(1))).toBeUndefined();
    expect(await catalogue.held(idOf(1))).toBeUndefined();
    expect(await catalogue.bySource("/a")).toBeUndefined();
    expect((await catalogue.list({ words: "ferias" })).map(({ id }) => id)).toEqual([idOf(2)]);
    expect(await catalogue.ids()).toEqual([idOf(2)]);
  });

  test("refuses a row without a proper id", async () => {
    const catalogue = await make(open);
    await expect(catalogue.put(aRow({ id: new Uint8Array(31) }), none())).rejects.toThrow(/^bug: /);
    expect(await catalogue.ids()).toEqual([]);
  });
});

describe.for(CATALOGUES)("%s keeps what is held", ([, open]) => {
  test("counts what is held, the shorter last chunk by its own bytes", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow(), Bitmap.full(10).bytes);
    expect(await catalogue.get(idOf(1))).toMatchObject({ held: 10, heldBytes: 9 * MIB + 5 });
    await catalogue.hold({ id: idOf(1), drop: [9] });
    expect(await catalogue.get(idOf(1))).toMatchObject({ held: 9, heldBytes: 9 * MIB });
    await catalogue.hold({ id: idOf(1), drop: [0, 1, 2], hold: [9, 9] });
    expect(await catalogue.get(idOf(1))).toMatchObject({ held: 7, heldBytes: 6 * MIB + 5 });
    expect(await catalogue.held(idOf(1))).toEqual(Uint8Array.of(0b1111_1000, 0b11));
  });

  test("takes away bits behind the last chunk, and fills up a bitmap that is too short", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow({ id: idOf(1) }), new Uint8Array(9).fill(255));
    await catalogue.put(aRow({ id: idOf(2) }), Uint8Array.of(1));
    expect(await catalogue.held(idOf(1))).toEqual(Uint8Array.of(255, 3));
    expect(await catalogue.held(idOf(2))).toEqual(Uint8Array.of(1, 0));
    expect(await catalogue.held(idOf(3))).toBeUndefined();
  });

  test("changes holdings and a row together, and empties what is given as undefined", async () => {
    const catalogue = await make(open);
    const stamp = { bytes: 1, mtimeNs: 2n, inode: 3n };
    await catalogue.put(aRow({ source: "/a", stamp }), none());
    const change = { title: "Natal", fileName: "natal.mkv", source: undefined, verifiedAtMs: 5 };
    await catalogue.hold({ id: idOf(1), hold: [3], change });
    const row = aRow({ ...change, stamp });
    expect(await catalogue.get(idOf(1))).toEqual({ ...row, held: 1, heldBytes: MIB });
    await catalogue.hold({ id: idOf(1), change: { stamp: undefined, kind: "subtitle" } });
    expect(await catalogue.get(idOf(1))).toMatchObject({ stamp: undefined, kind: "subtitle", title: "Natal" });
    expect(titlesOf(await catalogue.list({ words: "ferias", kind: "subtitle" }))).toEqual([]);
    expect(titlesOf(await catalogue.list({ words: "mkv", kind: "subtitle" }))).toEqual(["Natal"]);
  });

  test("drops a chunk that is named for both", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow(), none());
    await catalogue.hold({ id: idOf(1), hold: [4], drop: [4] });
    expect(await catalogue.get(idOf(1))).toMatchObject({ held: 0, heldBytes: 0 });
  });

  test("changes nothing of a video that is not there", async () => {
    const catalogue = await make(open);
    await catalogue.hold({ id: idOf(8), hold: [1], change: { title: "none" } });
    await catalogue.remove(idOf(8));
    expect(await catalogue.ids()).toEqual([]);
  });
});

describe.for(CATALOGUES)("%s writes", ([, open]) => {
  test("finds in order what was written before, without waiting for it", async () => {
    const catalogue = await make(open);
    void catalogue.put(aRow(), none());
    const before = catalogue.get(idOf(1));
    void catalogue.hold({ id: idOf(1), hold: [0] });
    const then = catalogue.get(idOf(1));
    void catalogue.remove(idOf(1));
    const after = catalogue.get(idOf(1));
    expect([(await before)?.held, (await then)?.held, (await after)?.held]).toEqual([0, 1, undefined]);
  });

  test("writes what was given at the call, whatever becomes of it", async () => {
    const catalogue = await make(open);
    const held = Uint8Array.of(1, 0);
    const id = idOf(1);
    const source = Buffer.from([0x2f, 0xff]);
    const put = catalogue.put(aRow({ id, source }), held);
    held.fill(255);
    id.fill(9);
    source.fill(1);
    await put;
    const hold = [1];
    const holding = catalogue.hold({ id: idOf(1), hold });
    hold.push(2);
    await holding;
    expect(await catalogue.held(idOf(1))).toEqual(Uint8Array.of(3, 0));
    expect((await catalogue.bySource(Buffer.from([0x2f, 0xff])))?.id).toEqual(idOf(1));
  });

  test("gives what the taker may change", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow(), Uint8Array.of(1, 0));
    (await catalogue.held(idOf(1)))?.fill(255);
    (await catalogue.get(idOf(1)))?.id.fill(255);
    for (const id of await catalogue.ids()) id.fill(255);
    expect(await catalogue.held(idOf(1))).toEqual(Uint8Array.of(1, 0));
  });

  test("takes a thousand changes at once", async () => {
    const catalogue = await make(open);
    const chunks = 1000;
    await catalogue.put(aRow({ bytes: chunks * MIB, chunks }), new Uint8Array(125));
    await Promise.all(Array.from({ length: chunks }, (_, chunk) => catalogue.hold({ id: idOf(1), hold: [chunk] })));
    expect(await catalogue.get(idOf(1))).toMatchObject({ held: chunks, heldBytes: chunks * MIB });
  });
});

describe.for(CATALOGUES)("%s refuses", ([, open]) => {
  test.for([[10], [-1], [1.5], [Number.NaN]])(
    "refuses a chunk that is none (%s), and does what was asked beside it",
    async ([chunk]) => {
      const catalogue = await make(open);
      await catalogue.put(aRow(), none());
      const wrong = catalogue.hold({ id: idOf(1), hold: [1, chunk as number], change: { title: "wrong" } });
      const right = catalogue.hold({ id: idOf(1), hold: [2] });
      await expect(wrong).rejects.toThrow(/^bug: /);
      await right;
      expect(await catalogue.get(idOf(1))).toMatchObject({ held: 1, title: "Férias no mar" });
    },
  );

  test("does what was asked before it was closed, and nothing after", async () => {
    const catalogue = await open();
    const before = Promise.all([catalogue.put(aRow(), none()), catalogue.get(idOf(1))]);
    const closed = catalogue.close();
    const after = catalogue.get(idOf(1));
    await expect(after).rejects.toMatchObject({ code: "catalogue-failed", exitCode: 5 });
    expect((await before)[1]?.title).toBe("Férias no mar");
    await closed;
    await catalogue.close();
    await expect(catalogue.put(aRow(), none())).rejects.toMatchObject({ code: "catalogue-failed" });
  });
});
