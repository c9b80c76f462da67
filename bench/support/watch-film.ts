import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FilmIndex, indexOf } from "./watch-index.ts";

/** How a film is packed. MP4 has its index at the end, as cameras write it. */
export type Container = "mp4" | "mkv";

/** A film, and where in it a player finds what it needs. */
export interface Film {
  readonly path: string;
  readonly bytes: number;
  readonly index: FilmIndex;
}

const FFMPEG = process.env["FFMPEG"] ?? "ffmpeg";
const MADE_S = 32;
const FRAMES_A_S = 25;
const KEY_EVERY_S = 2;
const VIDEO_KBIT = 3850;
const AUDIO_KBIT = 128;
const KBIT = VIDEO_KBIT + AUDIO_KBIT;
/** The film's rate may differ from what was asked for by so much. */
const MOST_OFF = 0.05;
const RATE = `${VIDEO_KBIT}k`;
const X264 = [
  ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-sc_threshold", "0"],
  ...["-g", String(KEY_EVERY_S * FRAMES_A_S), "-keyint_min", String(KEY_EVERY_S * FRAMES_A_S)],
  ...["-b:v", RATE, "-maxrate", RATE, "-bufsize", RATE, "-x264-params", "nal-hrd=cbr:force-cfr=1"],
];

/** What ultrafast at 1080p makes: constrained baseline, level 4.0; and AAC LC. */
const CODECS = "avc1.42c028,mp4a.40.2";
const MASTER = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,URI="t1.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=${KBIT * 1100},CODECS="${CODECS}",RESOLUTION=1920x1080,AUDIO="sound"
t0.m3u8
`;

const CACHE = join(tmpdir(), "cardume-bench-watch");

/**
 * A film of so many seconds: 1080p H.264 and AAC, some 4 Mbit/s, a key frame every 2 s. Made by ffmpeg's generators: half
 * a minute is encoded and repeated. Kept for the next run, and checked each time.
 */
export function filmOf(container: Container, seconds: number): Film {
  mkdirSync(CACHE, { recursive: true });
  const path = join(CACHE, `film-${seconds}.${container}`);
  if (!existsSync(path)) make(path, seconds);
  const bytes = statSync(path).size;
  const index = indexOf(path, bytes);
  const kbit = (bytes * 8) / 1000 / index.durationS;
  if (Math.abs(kbit / KBIT - 1) > MOST_OFF) throw new Error(`${path} has ${kbit} kbit/s`);
  const gap = index.groups.find(({ atS }, group) => Math.abs(atS - KEY_EVERY_S * group) > KEY_EVERY_S / FRAMES_A_S);
  if (gap !== undefined) throw new Error(`${path} has a key frame at ${gap.atS} s`);
  return { path, bytes, index };
}

/** The same film in a container of its own, so that one way of stopping half way leaves nothing half made. */
function make(path: string, seconds: number): void {
  const part = join(CACHE, `part-${process.pid}.mp4`);
  const made = join(CACHE, `made-${process.pid}${path.slice(path.lastIndexOf("."))}`);
  const picture = `testsrc2=size=1920x1080:rate=${FRAMES_A_S}:duration=${MADE_S},noise=alls=12:allf=t`;
  try {
    ffmpeg("-f", "lavfi", "-i", picture, ...X264, part);
    ffmpeg(
      ...["-stream_loop", "-1", "-i", part, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"],
      ...["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", `${AUDIO_KBIT}k`, "-ac", "2"],
      ...["-t", String(seconds), made],
    );
    renameSync(made, path);
  } finally {
    rmSync(part, { force: true });
    rmSync(made, { force: true });
  }
}

/** The same film cut into HLS beforehand, a segment a group, audio apart. @returns the path of its master playlist */
export function hlsOf({ path }: Film): string {
  const folder = `${path}-hls`;
  const master = join(folder, "master.m3u8");
  if (existsSync(master)) return master;
  const made = `${folder}-${process.pid}`;
  mkdirSync(made);
  try {
    // ffmpeg's own master playlist does not name the video's codec, and hls.js needs it.
    ffmpeg(
      ...["-i", path, "-c", "copy", "-map", "0:v", "-map", "0:a", "-f", "hls", "-hls_playlist_type", "vod"],
      ...["-hls_time", String(KEY_EVERY_S), "-hls_segment_type", "fmp4"],
      ...["-var_stream_map", "v:0,agroup:sound a:0,agroup:sound", join(made, "t%v.m3u8")],
    );
    writeFileSync(join(made, "master.m3u8"), MASTER);
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return master;
}

const ffmpeg = (...args: string[]): void =>
  void execFileSync(FFMPEG, ["-nostdin", "-v", "error", "-y", ...args], { stdio: ["ignore", "ignore", "inherit"] });
