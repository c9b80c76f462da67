import { describe, expect, test } from "vitest";
import type { Facts, TrackFacts } from "../../../web/src/watch/facts.ts";
import { type Abilities, planOf } from "../../../web/src/watch/play-plan.ts";

const KNOWN = /avc1|mp4a|vp09|opus|audio\/mpeg/;
const can: Abilities = {
  buffers: (type) => KNOWN.test(type),
  plays: (type) => !type.includes("hvc1") && !type.includes("ac-3"),
};

const track = (number: number, kind: TrackFacts["kind"], codecString: string | null, more = {}): TrackFacts => ({
  ...{ number, kind, codec: null, codecString, language: "", title: "", isDefault: true, problem: null },
  ...{ width: null, height: null, channels: null },
  ...more,
});

const facts = (
  container: string,
  isDirect: boolean,
  tracks: readonly TrackFacts[],
  problem: string | null = null,
): Facts => ({
  ...{ id: "a", title: "", fileName: "", mediaType: "", bytes: 1, chunks: 1, path: "/v/a/x", playlist: "/m.m3u8" },
  ...{ container, durationMs: 1, isDirect, problem, tracks, held: { bytes: 0, chunks: 0 }, peers: 0 },
});

const picture = track(1, "video", "avc1.64001f");
const sound = track(2, "audio", "mp4a.40.2");

describe("how a video is played", () => {
  test("an MP4 of known codecs by its own bytes, and by HLS if that fails", () => {
    expect(planOf(facts("mp4", true, [picture, sound]), can)).toEqual({
      ...{ kind: "direct", url: "/v/a/x" },
      orElse: { kind: "hls", url: "/m.m3u8", leftOut: [] },
    });
  });

  test("what has a choice of sounds or subtitles by HLS: a browser cannot switch in a file", () => {
    const other = track(3, "audio", "mp4a.40.2");
    expect(planOf(facts("mp4", true, [picture, sound, other]), can)).toMatchObject({ kind: "hls", url: "/m.m3u8" });
    expect(planOf(facts("mp4", true, [picture, sound, track(3, "subtitle", null)]), can).kind).toBe("hls");
  });

  test("a Matroska file by HLS, without the tracks that the browser does not know", () => {
    const surround = track(3, "audio", "ac-3");
    expect(planOf(facts("matroska", false, [picture, sound, surround]), can)).toEqual({
      ...{ kind: "hls", url: "/m.m3u8?tracks=1,2" },
      leftOut: [surround],
    });
  });

  test("not at all when its picture is in a codec that the browser does not know, which is named", () => {
    const hevc = track(1, "video", "hvc1.1.6", { codec: "hevc" });
    expect(planOf(facts("matroska", false, [hevc, sound]), can)).toEqual({ kind: "none", codecs: ["HEVC"] });
  });

  test("not at all when nothing in it can be played", () => {
    expect(planOf(facts("mp4", false, [], "it is no media file"), can)).toEqual({ kind: "none", codecs: [] });
  });

  test("sound alone when it is all there is", () => {
    const mp3 = track(1, "audio", null, { codec: "mp3" });
    expect(planOf(facts("matroska", false, [mp3]), can)).toMatchObject({ kind: "hls" });
  });
});
