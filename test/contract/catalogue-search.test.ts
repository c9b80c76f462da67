import { describe, expect, test } from "vitest";
import { aRow, CATALOGUES, idOf, make, none, putTitles, titlesOf } from "./support/catalogues.ts";

/** Words, and whether they find "Férias no mar", "ferias_2019.mp4". */
const FOUND = [
  ["ferias", true],
  ["FÉR", true],
  ["fe\u0301rias", true],
  ["mar fér", true],
  ["2019", true],
  ["mp4", true],
  ["ferias_2019.mp4", true],
  ["mar 2019", true],
  ["  mar\t\nno ", true],
  ["mar!", true],
  ["erias", false],
  ["mar 2018", false],
  ["marinha", false],
  ["mar NOT ferias", false],
] as const;

/** What people and strangers may ask for: FTS5's own syntax, broken text, far too much. */
const HOSTILE = [
  "*",
  '"',
  '""',
  "'",
  "mar*",
  "^mar",
  "-mar",
  "title:mar",
  "title : mar",
  "{title}: mar",
  "NEAR(mar no)",
  "mar AND",
  "OR",
  "NOT",
  "(",
  ")",
  "(mar",
  'mar"',
  '"mar',
  "mar\0no",
  "\0",
  "\ud800",
  "mar\udc00",
  "mar + no",
  "mar;--",
  "\u{1e900}",
  "\u0301",
  "🐟",
  "₂",
  "हिन्दी",
  "日本",
  "a".repeat(100_000),
  "a ".repeat(50_000),
  "🐟 ".repeat(5000),
  '"'.repeat(5000),
  Array.from({ length: 5000 }, (_, at) => `w${at}`).join(" "),
  "_a".repeat(20_000),
];

describe.for(CATALOGUES)("%s lists", ([, open]) => {
  test("lists by title as people do: without case, accents and the zeros of numbers", async () => {
    const catalogue = await make(open);
    const inOrder = [
      "007",
      "12 homens",
      "Água",
      "Ascensão",
      "Aula 2",
      "aula 03",
      "Aula 10",
      "Çomeço",
      "Ørsted",
      "Zé",
      "Война",
    ];
    await putTitles(catalogue, inOrder.toReversed());
    expect(titlesOf(await catalogue.list())).toEqual(inOrder);
    expect(titlesOf(await catalogue.list({ limit: 3 }))).toEqual(inOrder.slice(0, 3));
    expect(await catalogue.list({ limit: 0 })).toEqual([]);
  });

  test("lists one kind at a time", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow({ id: idOf(1) }), none());
    await catalogue.put(aRow({ id: idOf(2), kind: "subtitle", title: "Férias (legendas)" }), none());
    expect(titlesOf(await catalogue.list())).toEqual(["Férias no mar"]);
    expect(titlesOf(await catalogue.list({ kind: "subtitle" }))).toEqual(["Férias (legendas)"]);
    expect(titlesOf(await catalogue.list({ words: "fer" }))).toEqual(["Férias no mar"]);
    expect(titlesOf(await catalogue.list({ words: "fer", kind: "subtitle" }))).toEqual(["Férias (legendas)"]);
  });

  test("lists everything for words that are only spaces", async () => {
    const catalogue = await make(open);
    await putTitles(catalogue, ["b", "a"]);
    expect(titlesOf(await catalogue.list({ words: " \t" }))).toEqual(["a", "b"]);
  });
});

describe.for(CATALOGUES)("%s searches", ([, open]) => {
  test("by the beginnings of all words, in any order and any case", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow(), none());
    const found = await Promise.all(
      FOUND.map(async ([words]) => [words, (await catalogue.list({ words })).length === 1]),
    );
    expect(found).toEqual(FOUND);
  });

  test("finds what is no word as it stands", async () => {
    const catalogue = await make(open);
    await putTitles(catalogue, ["Quem?!", "🐟 do dia", "100%", "nada"]);
    expect(titlesOf(await catalogue.list({ words: "🐟" }))).toEqual(["🐟 do dia"]);
    expect(titlesOf(await catalogue.list({ words: "! ?" }))).toEqual(["Quem?!"]);
    expect(titlesOf(await catalogue.list({ words: "%" }))).toEqual(["100%"]);
    expect(titlesOf(await catalogue.list({ words: "***" }))).toEqual([]);
  });

  test("finds words of other scripts", async () => {
    const catalogue = await make(open);
    await putTitles(catalogue, ["Война и мир", "東京物語", "हिन्दी फ़िल्म"]);
    expect(titlesOf(await catalogue.list({ words: "МИР вой" }))).toEqual(["Война и мир"]);
    expect(titlesOf(await catalogue.list({ words: "東京" }))).toEqual(["東京物語"]);
    expect(titlesOf(await catalogue.list({ words: "हिन्दी" }))).toEqual(["हिन्दी फ़िल्म"]);
  });

  test("gives a match in the title before one in the file name, and at most what was asked for", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow({ id: idOf(1), title: "Aniversário", fileName: "praia.mp4" }), none());
    await catalogue.put(aRow({ id: idOf(2), title: "Praia", fileName: "0001.mp4" }), none());
    await catalogue.put(aRow({ id: idOf(3), title: "Nada", fileName: "0002.mp4" }), none());
    expect(titlesOf(await catalogue.list({ words: "praia" }))).toEqual(["Praia", "Aniversário"]);
    expect(titlesOf(await catalogue.list({ words: "praia", limit: 1 }))).toEqual(["Praia"]);
  });
});

describe.for(CATALOGUES)("%s is asked", ([, open]) => {
  test("for any words without failing", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow(), none());
    const failed = (error: Error): string => error.message;
    const answers = await Promise.all(HOSTILE.map((words) => catalogue.list({ words }).catch(failed)));
    expect(answers.filter((answer) => !Array.isArray(answer))).toEqual([]);
  });
});

describe.for(CATALOGUES)("%s finds", ([, open]) => {
  test("finds by the beginning of an id, whatever the kind", async () => {
    const catalogue = await make(open);
    for (const [at, second] of [0x10, 0x1f, 0x20].entries())
      await catalogue.put(aRow({ id: idOf(0xab, second), kind: at === 0 ? "subtitle" : "video" }), none());
    const found = async (digits: string, limit = 10): Promise<number[]> =>
      (await catalogue.byPrefix(digits, limit)).map(({ id }) => id[1] as number);
    expect(await found("ab")).toEqual([0x10, 0x1f, 0x20]);
    expect(await found("aB1")).toEqual([0x10, 0x1f]);
    expect(await found("ab1", 1)).toEqual([0x10]);
    expect(await found("")).toEqual([0x10, 0x1f, 0x20]);
    expect(await found(`ab20${"0".repeat(60)}`, Number.MAX_SAFE_INTEGER)).toEqual([0x20]);
    expect(await found(`ab20${"0".repeat(61)}`)).toEqual([]);
    expect(await found("xy")).toEqual([]);
  });

  test("finds videos by their exact title, newest first", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow({ id: idOf(1), title: "Natal", addedAtMs: 1 }), none());
    await catalogue.put(aRow({ id: idOf(2), title: "Natal", addedAtMs: 3 }), none());
    await catalogue.put(aRow({ id: idOf(3), title: "natal", addedAtMs: 2 }), none());
    await catalogue.put(aRow({ id: idOf(4), title: "Natal", kind: "subtitle" }), none());
    expect((await catalogue.byTitle("Natal", 10)).map(({ addedAtMs }) => addedAtMs)).toEqual([3, 1]);
    expect(await catalogue.byTitle("Natal", 1)).toHaveLength(1);
  });

  test("finds the newest of those kept in place at one path", async () => {
    const catalogue = await make(open);
    await catalogue.put(aRow({ id: idOf(1), source: "/a", addedAtMs: 5 }), none());
    await catalogue.put(aRow({ id: idOf(2), source: "/a", addedAtMs: 4 }), none());
    expect((await catalogue.bySource("/a"))?.id).toEqual(idOf(1));
    await catalogue.hold({ id: idOf(1), change: { source: undefined } });
    expect((await catalogue.bySource("/a"))?.id).toEqual(idOf(2));
    expect(await catalogue.bySource("/b")).toBeUndefined();
  });
});
