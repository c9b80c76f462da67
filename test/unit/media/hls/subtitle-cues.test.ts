import { describe, expect, test } from "vitest";
import { HLS } from "../../../../src/core/limits.ts";
import { assText, plainText, readSubtitles } from "../../../../src/media/hls/subtitle-cues.ts";
import { webVtt } from "../../../../src/media/hls/webvtt.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string): readonly [number, number, string][] =>
  readSubtitles(bytes(text)).map(({ startS, endS, text: shown }) => [startS, endS, shown]);

test("an SRT file, with Windows line ends and tags", () => {
  expect(
    read(
      "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Olá</i>\r\nmundo\r\n\r\n2\r\n01:00:00,5 --> 01:00:01,0\r\nFim\r\n",
    ),
  ).toEqual([
    [1, 2.5, "Olá\nmundo"],
    [3600.5, 3601, "Fim"],
  ]);
});

test("a WebVTT file, with what we pass over", () => {
  const file = `WEBVTT - title

NOTE a remark --> that is none

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 line:0 align:start
<v Ana>Bom <c.yellow>dia</c> &amp; boa &lt;noite&gt;

00:03.000 --> 00:04.000
`;
  expect(read(file)).toEqual([[1, 2, "Bom dia & boa <noite>"]]);
});

test("cues without an empty line between them", () => {
  expect(read("1\n00:00:01,000 --> 00:00:02,000\nUm\n2\n00:00:03,000 --> 00:00:04,000\nDois")).toEqual([
    [1, 2, "Um"],
    [3, 4, "Dois"],
  ]);
});

test("UTF-16 with a mark, and Windows-1252", () => {
  const text = "1\n00:00:01,000 --> 00:00:02,000\nNão\n";
  expect(readSubtitles(Buffer.from(`\ufeff${text}`, "utf16le"))[0]?.text).toBe("Não");
  expect(readSubtitles(Buffer.from(text, "latin1"))[0]?.text).toBe("Não");
});

describe("nothing comes of", () => {
  test.for([
    ["a timing that ends before it begins", "00:00:02,000 --> 00:00:01,000\nx"],
    ["one that never ends", "00:00:02,000 --> 99999999:00:01,000\nx"],
    ["one that is no number", "NaN --> Infinity\nx"],
    ["one with much behind it", `00:00:01,000 --> 00:00:02,000 ${"x".repeat(5000)}\nx`],
    ["one without text", "00:00:01,000 --> 00:00:02,000\n<script></script>\n"],
    ["a file of arrows", "-->\n".repeat(50_000)],
    ["zeros", "\0".repeat(100_000)],
  ] as const)("%s", ([, file]) => {
    expect(read(file)).toEqual([]);
  });
});

test("markup, zeros and marks that turn the direction of text are gone, whatever they are made of", () => {
  const shown = plainText("<b onclick=x>a</b>\0<img src=x onerror=alert(1)>{\\an8}b\u202e<<i>script>c&lt;d");
  expect(shown).toBe("ab<script>c<d");
  const file = new TextDecoder().decode(webVtt([{ startS: 1, endS: 2, text: shown }]));
  expect(file).toContain("ab&lt;script&gt;c&lt;d");
});

test("what a cue says can neither end it nor begin another", () => {
  const text = "a\n\n00:00:09.000 --> 00:00:10.000\nb\r\r\nNOTE c";
  const file = new TextDecoder().decode(webVtt([{ startS: 1, endS: 2.5, text }]));
  expect(file).toBe(
    "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n" +
      "00:00:01.000 --> 00:00:02.500\na\n00:00:09.000 --&gt; 00:00:10.000\nb\nNOTE c\n",
  );
});

test("long lines, many lines and many cues are cut", () => {
  const [cue] = readSubtitles(bytes(`00:00:01,000 --> 00:00:02,000\n${"x".repeat(900_000)}\n`));
  expect(cue?.text.length).toBe(HLS.maxCueChars);
  const [lines] = readSubtitles(bytes(`00:00:01,000 --> 00:00:02,000\n${"x\n".repeat(1000)}`));
  expect(lines?.text.split("\n")).toHaveLength(HLS.maxCueLines);
  expect(readSubtitles(bytes("0:1.0 --> 0:2.0\nx\n\n".repeat(40_000)))).toHaveLength(HLS.maxCues);
});

test("an event of ASS", () => {
  expect(assText("12,0,Default,,0,0,0,,{\\an8\\b1}Olá,\\Nmundo\\h!")).toBe("Olá,\nmundo !");
  expect(assText("12,0,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}")).toBe("");
  expect(assText("no event")).toBe("");
});
