import { spawn } from "node:child_process";
import { PAGE } from "../core/limits.ts";
import { jpegSize } from "./poster-jpeg.ts";

/** How ffmpeg is run; other bounds and another program for tests. */
export interface FfmpegOptions {
  /** A name that is looked for in PATH, or a path. */
  readonly program?: string;
  readonly posterMs?: number;
  readonly signal?: AbortSignal;
}

/** A JPEG; `none`: it found no picture, in its time and memory; `missing`: there is no such program. */
export type Frame = Uint8Array | "none" | "missing";

/**
 * What may read a file, by its contents. Formats that name other files or addresses (playlists, concat lists, image
 * sequences) are not among them.
 */
const FORMATS = "mov,matroska,webm,mpegts,mpeg,avi,flv,ogg,asf,mp3,flac";

const FILTERS = [
  // Small before anything is compared: 12 frames of a large film are a gigabyte.
  "scale=640:360:force_original_aspect_ratio=increase:flags=bilinear",
  "crop=640:360",
  "setsar=1",
  // Of some frames in a row the one that is most like all of them: not the one of a flash or a cut.
  "thumbnail=12",
].join(",");

/** It may write no file, fill no memory and take no more than its time; it gives way to everybody. */
const START = [
  "ulimit -c 0; ulimit -f 0",
  `ulimit -t ${PAGE.posterCpuSeconds}`,
  // Not every system knows this bound.
  `ulimit -v ${PAGE.posterMemoryKib} 2>/dev/null`,
  'exec nice -n 19 "$0" "$@"',
].join("; ");

const NOT_FOUND = 127;

const argumentsFor = (atSeconds: number): string[] => [
  ...["-nostdin", "-v", "quiet", "-max_alloc", String(PAGE.posterAllocationBytes), "-threads", "1"],
  // Nothing but this one file, which was opened here and has no name for it.
  ...["-protocol_whitelist", "file", "-format_whitelist", FORMATS],
  ...["-probesize", String(PAGE.posterProbeBytes), "-analyzeduration", "5000000", "-noaccurate_seek"],
  ...(atSeconds > 0 ? ["-ss", atSeconds.toFixed(3)] : []),
  ...["-i", "file:/dev/fd/3", "-map", "0:v:0", "-an", "-sn", "-dn", "-map_metadata", "-1", "-vf", FILTERS],
  ...["-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "4", "-f", "image2pipe", "pipe:1"],
];

/**
 * One picture of a video, 640 × 360, made by ffmpeg in a process of its own. Files are hostile: whatever one of them does
 * to that process, it has so much time, processor time and memory, no network, no other file, and what it says is looked
 * at before it is believed. Never rejects.
 * @param fd of the video's file, open for reading
 */
export function frameOf(fd: number, atSeconds: number, options: FfmpegOptions = {}): Promise<Frame> {
  const { program = "ffmpeg", posterMs = PAGE.posterMs, signal } = options;
  const { promise, resolve } = Promise.withResolvers<Frame>();
  if (signal?.aborted === true) return Promise.resolve("none");
  const child = spawn("/bin/sh", ["-c", START, program, ...argumentsFor(atSeconds)], {
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "ignore", fd],
  });
  const pieces: Buffer[] = [];
  let bytes = 0;
  const kill = (): void => void child.kill("SIGKILL");
  const late = setTimeout(kill, posterMs);
  signal?.addEventListener("abort", kill);
  child.stdout?.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > PAGE.maxPosterBytes) kill();
    else pieces.push(piece);
  });
  const end = (frame: Frame): void => {
    clearTimeout(late);
    signal?.removeEventListener("abort", kill);
    resolve(frame);
  };
  child.once("error", () => end("missing"));
  child.once("close", (code) => {
    if (code === NOT_FOUND) return end("missing");
    const jpeg = Buffer.concat(pieces);
    end(code === 0 && jpegSize(jpeg) !== undefined ? jpeg : "none");
  });
  return promise;
}
