import { expect, test } from "vitest";
import { masterPlaylist, trackPlaylist } from "../../../../src/media/hls/playlists.ts";
import type { MediaInfo, MediaTrack } from "../../../../src/media/playable-types.ts";

const track = (number: number, kind: MediaTrack["kind"], more: Partial<MediaTrack> = {}): MediaTrack => ({
  number,
  kind,
  codec: { video: "avc", audio: "aac", subtitle: "subrip" }[kind],
  codecString: { video: "avc1.64001f", audio: "mp4a.40.2", subtitle: undefined }[kind],
  language: "",
  title: "",
  isDefault: false,
  problem: undefined,
  ...more,
});
const facts = (...tracks: MediaTrack[]): { info: MediaInfo; fileBytes: number } => ({
  info: { container: "matroska", durationMs: 10_000, tracks, isDirect: false },
  fileBytes: 1_000_000,
});
const video = track(1, "video", { width: 1920, height: 1080 });

test("a film with two languages and subtitles", () => {
  const film = facts(
    video,
    track(2, "audio", { language: "por", title: "Dublado", channels: 2 }),
    track(3, "audio", { language: "eng", isDefault: true }),
    track(4, "subtitle", { language: "pt-BR" }),
  );
  expect(masterPlaylist(film)).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound-aac",NAME="eng",LANGUAGE="eng",DEFAULT=YES,AUTOSELECT=YES,URI="t3.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound-aac",NAME="Dublado",LANGUAGE="por",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="t2.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="pt-BR",LANGUAGE="pt-BR",DEFAULT=NO,AUTOSELECT=YES,URI="t4.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1600000,AVERAGE-BANDWIDTH=800000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1920x1080,AUDIO="sound-aac",SUBTITLES="text"
t1.m3u8
`);
});

test("sound of two codecs is two variants, of which a player takes one; tracks that were asked for are one group", () => {
  const film = facts(video, track(2, "audio"), track(3, "audio", { codec: "ac3", codecString: "ac-3" }));
  const all = masterPlaylist(film);
  expect(all.match(/#EXT-X-STREAM-INF.*/g)).toEqual([
    expect.stringContaining('CODECS="avc1.64001f,mp4a.40.2"'),
    expect.stringContaining('CODECS="avc1.64001f,ac-3"'),
  ]);
  expect(masterPlaylist(film, [1, 2, 3]).match(/#EXT-X-STREAM-INF/g)).toHaveLength(1);
  expect(masterPlaylist(film, [1, 2])).not.toContain("ac-3");
});

test("what has a problem is not in it, nor what was not asked for", () => {
  const film = facts(video, track(2, "audio", { problem: "Its codec is not known." }), track(3, "subtitle"));
  expect(masterPlaylist(film)).not.toContain("t2.m3u8");
  expect(masterPlaylist(film, [1])).not.toContain("t3.m3u8");
});

test("sound alone is its own variant, and MP3 says no codec", () => {
  const song = masterPlaylist(facts(track(1, "audio", { codec: "mp3", codecString: "mp3" })));
  expect(song).toContain("#EXT-X-STREAM-INF:BANDWIDTH=1600000,AVERAGE-BANDWIDTH=800000,AUDIO=");
  expect(song.endsWith("t1.m3u8\n")).toBe(true);
});

test("hostile names stay within their quotes, and names are different", () => {
  const hostile = 'a",URI="http://evil/x.m3u8"\n#EXT-X-KEY:METHOD=NONE';
  const master = masterPlaylist(
    facts(video, track(2, "audio", { title: hostile, language: '"\n' }), track(3, "audio", { title: hostile })),
  );
  for (const line of master.trim().split("\n")) expect(line).toMatch(/^(#EXT|t\d+\.m3u8$)/);
  const names = [...master.matchAll(/NAME="([^"]*)"/g)].map(([, name]) => name);
  expect(new Set(names).size).toBe(2);
  expect([...master.matchAll(/URI="([^"]*)"/g)].map(([, uri]) => uri)).toEqual(["t2.m3u8", "t3.m3u8"]);
});

test("a track's playlist", () => {
  expect(trackPlaylist(2, "m4s", [2, 2.5])).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-TARGETDURATION:3
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="t2/init.mp4"
#EXTINF:2.000000,
t2/0.m4s
#EXTINF:2.500000,
t2/1.m4s
#EXT-X-ENDLIST
`);
  expect(trackPlaylist(2, "mp3", [2])).not.toContain("EXT-X-MAP");
});
