import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const FOLDER = new URL("../../../.cache/page-films/", import.meta.url).pathname;

const PICTURE =
  "gradients=s=960x540:r=24:d=24:c0=0x0b3a46:c1=0x2f9c95:c2=0xe2c290:c3=0x8a3b2f:nb_colors=4:speed=0.02:seed=7";
const input = (source: string): string[] => ["-f", "lavfi", "-i", source];
const CODED = [
  ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-pix_fmt", "yuv420p"],
  ...["-b:v", "2500k", "-minrate", "2500k", "-maxrate", "2500k", "-bufsize", "1M", "-nal-hrd", "cbr"],
  ...["-c:a", "aac", "-b:a", "64k", "-threads", "2"],
];

const SUBTITLES = `1
00:00:00,000 --> 00:00:12,000
<b>Os peixes</b> <img src=x onerror="window.harmed='subtitle'"> vão em cardume

2
00:00:12,000 --> 00:00:24,000
<script>window.harmed='subtitle'</script> e voltam
`;

type Maker = (path: string) => Promise<unknown>;

const MAKERS: Readonly<Record<string, Maker>> = {
  /** 24 s, H.264 and AAC, index first: what a browser plays by ranges. */
  "slow-river.mp4": (path) =>
    run("ffmpeg", [
      "-v",
      "error",
      "-y",
      ...input(PICTURE),
      ...input("sine=f=220:d=24"),
      ...CODED,
      "-movflags",
      "+faststart",
      path,
    ]),
  /** The same with two sounds and subtitles, in Matroska: no browser plays it by itself. */
  "two-tongues.mkv": async (path) => {
    const words = `${path}.srt`;
    writeFileSync(words, SUBTITLES);
    const maps = ["-map", "0", "-map", "1", "-map", "2", "-map", "3"];
    const names = [
      ...["-metadata:s:a:0", "language=por", "-metadata:s:a:0", "title=Dublado"],
      ...["-metadata:s:a:1", "language=eng", "-metadata:s:a:1", "title=<b>Original</b>"],
      ...["-metadata:s:s:0", "language=por"],
    ];
    const inputs = [...input(PICTURE), ...input("sine=f=220:d=24"), ...input("sine=f=880:d=24"), "-i", words];
    await run("ffmpeg", ["-v", "error", "-y", ...inputs, ...maps, ...CODED, "-c:s", "srt", ...names, path]);
    rmSync(words);
  },
  /** MPEG-2, which no browser here knows. */
  "old-tape.mkv": (path) =>
    run("ffmpeg", ["-v", "error", "-y", ...input("testsrc2=s=320x180:r=24:d=4"), "-c:v", "mpeg2video", path]),
};

/** A film by its name, made when it is not there yet. @returns its path */
export async function film(name: string): Promise<string> {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  const draft = join(FOLDER, `draft-${process.pid}-${name}`);
  await (MAKERS[name] as Maker)(draft);
  renameSync(draft, path);
  return path;
}
