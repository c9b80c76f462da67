import { describe, expect, test } from "vitest";
import { FolderSubtitles, isSubtitle, subtitlesOf } from "../../../src/store/subtitle-names.ts";

const names = (video: string, ...all: string[]): string[] => subtitlesOf(video, all).map(({ name }) => name);
const language = (name: string): string | undefined => subtitlesOf("film.mp4", [name])[0]?.language;

test("a text file with the video's name, tags or none, belongs to it", () => {
  const beside = ["film.srt", "film.pt.vtt", "film.pt-BR.forced.srt", "FILM.SRT", "film.en.ass", "film.ssa"];
  expect(names("film.mp4", "film.mp4", ...beside)).toEqual(beside);
});

test("pictures of text, other names and names that only begin alike do not", () => {
  expect(
    names("film.mp4", "film.sub", "film.idx", "film2.srt", "filmes.srt", "film", "srt", ".srt", "film.txt"),
  ).toEqual([]);
});

test("what is no video has no subtitles", () => {
  expect(names("film.jpg", "film.srt")).toEqual([]);
  expect(names("film", "film.srt")).toEqual([]);
});

test("the video with the longest name that fits has them", () => {
  const all = ["film.mp4", "film.2.mp4", "film.srt", "film.2.srt", "film.2.pt.srt", "film.3.srt"];
  expect(names("film.mp4", ...all)).toEqual(["film.srt", "film.3.srt"]);
  expect(names("film.2.mp4", ...all)).toEqual(["film.2.srt", "film.2.pt.srt"]);
});

test("two videos with one stem share them", () => {
  expect(names("film.mp4", "film.mkv", "film.srt")).toEqual(["film.srt"]);
  expect(names("film.mkv", "film.mp4", "film.srt")).toEqual(["film.srt"]);
});

test("composed and decomposed letters are the same", () => {
  expect(names("a\u0301gua.mp4", "\u00e1gua.pt.srt")).toEqual(["\u00e1gua.pt.srt"]);
});

describe("languages", () => {
  test.for([
    ["film.srt", ""],
    ["film.pt.srt", "pt"],
    ["film.PT-br.srt", "pt-BR"],
    ["film.pt_BR.srt", "pt-BR"],
    ["film.por.srt", "por"],
    ["film.eng.sdh.srt", "eng"],
    ["film.sdh.en.srt", "en"],
    ["film.forced.pt.srt", "pt"],
    ["film.default.srt", ""],
    ["film.cc.srt", ""],
    ["film.HI.srt", ""],
    ["film.zh-hant-tw.srt", "zh-Hant-TW"],
    ["film.es-419.srt", "es-419"],
    ["film.1080p.srt", ""],
  ] as const)("%s: %s", ([name, expected]) => expect(language(name)).toBe(expected));
});

test("a folder knows which files come with a video and which stand alone", () => {
  const folder = new FolderSubtitles(["film.mp4", "film.pt.srt", "alone.srt", "notes.txt"]);
  expect(["film.mp4", "film.pt.srt", "alone.srt", "notes.txt"].filter((name) => folder.owns(name))).toEqual([
    "film.pt.srt",
  ]);
  expect(folder.of("film.mp4")).toEqual([{ name: "film.pt.srt", language: "pt" }]);
});

test("a name with many points is looked at once for each", () => {
  const long = `film${".x".repeat(100)}.srt`;
  expect(names("film.mp4", long)).toEqual([long]);
  expect(isSubtitle(long)).toBe(true);
});

test("a video has as many subtitle files as can be said of it, and the others stand alone", () => {
  const all = ["film.mp4", ...Array.from({ length: 40 }, (_, index) => `film.${index}.srt`)];
  const folder = new FolderSubtitles(all);
  expect(folder.of("film.mp4")).toHaveLength(32);
  expect(all.filter((name) => folder.owns(name))).toHaveLength(32);
});
