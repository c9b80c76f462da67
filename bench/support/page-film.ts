import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FFMPEG = process.env["FFMPEG"] ?? "ffmpeg";
const FOLDER = join(tmpdir(), "cardume-bench-page");
const MADE_S = 24;
const VIDEO_KBIT = 3900;
const CODED = [
  ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "50", "-sc_threshold", "0"],
  ...["-b:v", `${VIDEO_KBIT}k`, "-maxrate", `${VIDEO_KBIT}k`, "-bufsize", `${VIDEO_KBIT}k`],
  ...["-x264-params", "nal-hrd=cbr:force-cfr=1"],
];

/** 640 × 360 at 25 frames a second, some 4 Mbit/s, index first: any machine decodes it. @returns its path */
export const smallFilm = (seconds: number): string =>
  made(`small-${seconds}.mp4`, (out) => {
    const part = `${out}.part.mp4`;
    try {
      const picture = `testsrc2=size=640x360:rate=25:duration=${MADE_S},noise=alls=24:allf=t`;
      ffmpeg("-f", "lavfi", "-i", picture, ...CODED, part);
      ffmpeg(
        ...["-stream_loop", "-1", "-i", part, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"],
        ...["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "96k", "-t", String(seconds)],
        ...["-movflags", "+faststart", out],
      );
    } finally {
      rmSync(part, { force: true });
    }
  });

/** A few seconds with two sounds: no browser plays it but by HLS. @returns its path */
export const twoSounds = (): string =>
  made("two-sounds.mkv", (out) =>
    ffmpeg(
      ...["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=6", "-f", "lavfi", "-i", "sine=f=220:d=6"],
      ...["-f", "lavfi", "-i", "sine=f=880:d=6", "-map", "0", "-map", "1", "-map", "2", ...CODED, "-c:a", "aac", out],
    ),
  );

/** Kept for the next run. */
function made(name: string, make: (out: string) => void): string {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  const draft = join(FOLDER, `draft-${process.pid}-${name}`);
  make(draft);
  renameSync(draft, path);
  return path;
}

const ffmpeg = (...args: string[]): void =>
  void execFileSync(FFMPEG, ["-nostdin", "-v", "error", "-y", ...args], { stdio: ["ignore", "ignore", "inherit"] });
