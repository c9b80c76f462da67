import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { matroskaHead } from "../../../src/media/matroska-head.ts";

const fixture = readFileSync(join(import.meta.dirname, "../../fixtures/media/two-audios.mkv"));

/** An element with an id in hex, whose size takes one byte, or eight that say that it is not known. */
const element = (id: string, data: Uint8Array | string, isSizeKnown = true): Buffer => {
  const bytes = Buffer.from(data);
  return Buffer.concat([
    Buffer.from(id, "hex"),
    Buffer.from(isSizeKnown ? [0x80 | bytes.length] : [1, ...Array(7).fill(255)]),
    bytes,
  ]);
};

const track = (...parts: Buffer[]): Buffer => element("ae", Buffer.concat([element("83", Buffer.of(17)), ...parts]));
const file = (tracks: Buffer, isSizeKnown = true): Buffer =>
  Buffer.concat([element("1a45dfa3", "x"), element("18538067", element("1654ae6b", tracks, isSizeKnown), isSizeKnown)]);
const languages = (bytes: Uint8Array): string[] => matroskaHead(bytes).subtitles.map(({ language }) => language);

test("a file's title and subtitle tracks are read", () => {
  const subtitle = { kind: "subtitle", codec: "S_TEXT/UTF8", language: "por", name: "Legendas", width: 0, height: 0 };
  expect(matroskaHead(fixture)).toEqual({ title: "Dois áudios", subtitles: [subtitle] });
});

test("sizes that are not known go to the end", () => {
  expect(languages(file(track(element("22b59c", "fre")), false))).toEqual(["fre"]);
});

test("and so does one that is so in a single byte", () => {
  const long = Buffer.concat([
    element("ec", "x".repeat(100)),
    element("ec", "x".repeat(100)),
    track(element("22b59c", "fre")),
  ]);
  const open = Buffer.concat([Buffer.from("18538067ff1654ae6bff", "hex"), long]);
  expect(languages(open)).toEqual(["fre"]);
});

test("a track that says no language is English, one that does not know its language has none, BCP 47 goes first", () => {
  const all = [track(), track(element("22b59c", "und")), track(element("22b59c", "por"), element("22b59d", "pt-BR"))];
  expect(languages(file(Buffer.concat(all)))).toEqual(["eng", "", "pt-BR"]);
});

test("tracks that are no subtitles are left to others", () => {
  expect(languages(file(element("ae", element("83", Buffer.of(2)))))).toEqual([]);
});

test("of very many tracks some are read", () => {
  const many = Buffer.concat(Array.from({ length: 500 }, () => track()));
  expect(matroskaHead(file(many, false)).subtitles).toHaveLength(32);
});

test("a file that ends anywhere, or with any byte changed, gives what it can", () => {
  for (let end = 0; end < 1500; end++) expect(() => matroskaHead(fixture.subarray(0, end))).not.toThrow();
  fc.assert(
    fc.property(fc.nat(1500), fc.nat(255), (at, value) => {
      const bytes = Buffer.from(fixture);
      bytes[at] = value;
      expect(matroskaHead(bytes).subtitles.length).toBeLessThanOrEqual(32);
    }),
    { numRuns: 500 },
  );
});
