import { describe, expect, test } from "vitest";
import { hlsName } from "../../../src/gateway/hls-names.ts";
import { idInAddress, videoPath } from "../../../src/gateway/video-address.ts";
import { playedBytesPerSecond } from "../../../src/gateway/video-open.ts";
import { videoType } from "../../../src/gateway/video-type.ts";

const typeOf = (mediaType: string, fileName = ""): string => videoType({ mediaType, fileName }).contentType;
const UNKNOWN = "application/octet-stream";

describe("the type of a video's bytes", () => {
  test.for([
    ["video/mp4", "x", "video/mp4"],
    ["VIDEO/MP4; codecs=x", "x", "video/mp4"],
    ["video/x-matroska", "film.html", "video/x-matroska"],
    ["", "film.MKV", "video/x-matroska"],
    ["application/octet-stream", "film.webm", "video/webm"],
    ["", "film.vtt", "text/vtt; charset=utf-8"],
    ["", "a.mp4.m2ts", "video/mp2t"],
  ])("%s, %s is %s", ([mediaType = "", fileName = "", type]) => {
    expect(typeOf(mediaType, fileName)).toBe(type);
  });

  test("is never one that a browser would run, or that nobody here knows", () => {
    const said = [
      "text/html",
      "image/svg+xml",
      "application/pdf",
      "application/xhtml+xml",
      "text/xml",
      "video/x-new",
      "*/*",
      "x",
    ];
    const more = [
      "constructor",
      "__proto__",
      "text/html,video/mp4",
      "video/mp4\r\nx: y",
      "multipart/x-mixed-replace",
      "text/plain",
    ];
    for (const type of [...said, ...more]) expect([type, typeOf(type, "film.mp4")]).toEqual([type, UNKNOWN]);
    const names = [
      "a.html",
      "a.svg",
      "a.pdf",
      "a.xhtml",
      "a.js",
      "a",
      "mp4",
      ".mp4.",
      "a.mp4\u202elmth",
      "a.constructor",
      "a.htm",
    ];
    for (const name of names) expect([name, typeOf("", name)]).toEqual([name, UNKNOWN]);
    for (const type of said) expect(videoType({ mediaType: type, fileName: "" }).contentDisposition).toBe("attachment");
  });
});

describe("the name of a video's bytes", () => {
  test("is one header of ASCII, whatever it is", () => {
    for (const fileName of [
      'a"b.mp4',
      "a\r\nX-Evil: 1.mp4",
      "../../etc/passwd.mp4",
      "\ud800.mp4",
      "Ünïcode’s (1).mp4",
      "日本.mp4",
      "\\.mp4",
    ]) {
      const { contentDisposition } = videoType({ mediaType: "video/mp4", fileName });
      expect(contentDisposition).toMatch(/^inline; filename="[ !#-[\]-~]*"; filename\*=UTF-8''[\w!#$&+.^`|~%-]*$/);
      expect(contentDisposition).not.toMatch(/[/\\]/);
    }
    expect(videoType({ mediaType: "", fileName: "São João.mp4" }).contentDisposition).toBe(
      "inline; filename=\"Sao Joao.mp4\"; filename*=UTF-8''S%C3%A3o%20Jo%C3%A3o.mp4",
    );
  });
});

describe("addresses", () => {
  test("of a video have its id and a name, and the id is read back in both alphabets", () => {
    const id = Uint8Array.from({ length: 32 }, (_, at) => at * 7);
    const path = videoPath(id, "../a b?#%.mp4");
    const [, v, text = "", name] = path.split("/");
    expect([v, name]).toEqual(["v", encodeURIComponent("_a b_#%.mp4")]);
    expect(idInAddress(text)).toEqual(id);
    expect(idInAddress(text.toUpperCase())).toEqual(id);
    expect(idInAddress(Buffer.from(id).toString("hex"))).toEqual(id);
    for (const wrong of ["", text.slice(1), `${text}a`, "0".repeat(52), "g".repeat(64), `${"a".repeat(51)}b`])
      expect(() => idInAddress(wrong)).toThrow("there is no id");
  });

  test("of HLS name one thing by one name", () => {
    expect(hlsName("master.m3u8")).toEqual({ kind: "master" });
    expect(hlsName("t12.m3u8")).toEqual({ kind: "playlist", track: 12 });
    expect(hlsName("t1/init.mp4")).toEqual({ kind: "init", track: 1 });
    expect(hlsName("t2/0.m4s")).toEqual({ kind: "segment", track: 2, segment: 0, ending: "m4s" });
    for (const wrong of [
      "t0.m3u8",
      "t01.m3u8",
      "t1/01.m4s",
      "t1/1.ts",
      "T1.m3u8",
      "t1/init.mp4\n",
      "t12345.m3u8",
      "t1/12345678.m4s",
    ])
      expect(hlsName(wrong)).toBe(undefined);
  });
});

test("how fast a video plays is believed when it can be", () => {
  expect(playedBytesPerSecond(300_000_000, 600_000)).toBe(500_000);
  for (const durationMs of [0, -5, 1, Number.MAX_SAFE_INTEGER, Number.NaN])
    expect(playedBytesPerSecond(300_000_000, durationMs)).toBe(0);
});
