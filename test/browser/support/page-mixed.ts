import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const FOLDER = new URL("../../../.cache/page-films/", import.meta.url).pathname;

const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-pix_fmt", "yuv420p", "-c:a", "aac"];
const VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "48", "-c:a", "libopus"];

/** How each is coded, by its name. */
const CODED: Readonly<Record<string, readonly string[]>> = {
  "index last.mp4": H264,
  "index first.mp4": [...H264, "-movflags", "+faststart"],
  "in fragments.mp4": [...H264, "-movflags", "frag_keyframe+empty_moov"],
  "from a camera.mov": H264,
  "a rip.mkv": H264,
  "from the web.webm": VP9,
  "from the air.ts": H264,
};

/** The names of a folder as people have it: a file of each kind, 20 s of 480 × 270. */
export const MIXED: readonly string[] = Object.keys(CODED);

/** A file by its name, made when it is not there yet. @returns its path */
export async function mixedFilm(name: string): Promise<string> {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  const draft = join(FOLDER, `draft-${process.pid}-${MIXED.indexOf(name)}${extname(name)}`);
  const input = ["-f", "lavfi", "-i", "testsrc2=s=480x270:r=24:d=20", "-f", "lavfi", "-i", "sine=f=330:d=20"];
  await run("ffmpeg", ["-v", "error", "-y", ...input, ...(CODED[name] as string[]), draft]);
  renameSync(draft, path);
  return path;
}
