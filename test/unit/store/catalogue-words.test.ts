import { describe, expect, test } from "vitest";
import { byCodePoints, matchOf, searchOf, sortKeyOf, wordsOf } from "../../../src/store/catalogue-words.ts";

describe("sort keys", () => {
  test.for([
    ["Aula 2", "Aula 10"],
    ["Aula", "Aula 2"],
    ["1e", "a"],
    ["abacate", "Ábaco"],
    ["straße", "strasz"],
    ["Episódio 9999999999999999999", "Episódio 10000000000000000000"],
    ["zebra", "Война"],
    ["\uff12 rooms", "10 rooms"],
    ["\uffee", "\u{1f41f}"],
  ] as const)("%s comes before %s", ([one, other]) => {
    expect(byCodePoints(sortKeyOf(one), sortKeyOf(other))).toBeLessThan(0);
  });

  test.for([
    ["Água", "agua"],
    ["Aula 02", "aula  2"],
    ["A\u0301", "á"],
    [" 000", "0"],
    ["\ud800", "\ufffd"],
  ] as const)("%j is filed with %j", ([one, other]) => {
    expect(sortKeyOf(one)).toBe(sortKeyOf(other));
  });
});

describe("a search", () => {
  test("is for everything when nothing is said", () => {
    expect(searchOf(" \n\0")).toBeUndefined();
  });

  test("is for its words, once each", () => {
    expect(searchOf('mar_2019.mp4 "mar" -x*')).toEqual({ words: ["mar", "2019", "mp4", "x"], texts: [] });
  });

  test("is for texts where there is no word", () => {
    expect(searchOf(" ?! 🐟")).toEqual({ words: [], texts: ["?!", "🐟"] });
  });

  test("has a few words at most, however long it is", () => {
    const long = Array.from({ length: 9999 }, (_, at) => `w${at}`).join(" ");
    expect(searchOf(long)?.words).toHaveLength(32);
    expect(searchOf("🐟 ".repeat(9999))?.texts).toHaveLength(32);
  });

  test("quotes every word", () => {
    expect(matchOf(["NOT", "a"])).toBe('"NOT"* "a"*');
  });

  test("sees the words of a file name", () => {
    expect(wordsOf("Férias_2019-b.mp4")).toEqual(["ferias", "2019", "b", "mp4"]);
  });
});
