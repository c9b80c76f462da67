import { join } from "node:path";
import type { MediaInput, Playable } from "../../../src/media/playable-types.ts";
import { system } from "./system.ts";

/** One packet, as ffprobe lists it. */
export interface Packet {
  readonly atS: number;
  /** Where it begins in the file. */
  readonly at: number;
  readonly bytes: number;
  readonly isKey: boolean;
}

const isThere = (program: string): boolean => {
  try {
    system(program, "-version");
    return true;
  } catch {
    return false;
  }
};

/** What is missing for making files and looking into them. */
export const MISSING_FFMPEG: string | undefined = isThere("ffmpeg") && isThere("ffprobe") ? undefined : "ffmpeg";

/** Makes a file with ffmpeg; returns its path. */
export function ffmpeg(folder: string, name: string, ...words: readonly string[]): string {
  const path = join(folder, name);
  system("ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", ...words, path);
  return path;
}

/** The packets of one stream of a file, in its order. @param stream such as `v:0` */
export function packetsOf(path: string, stream: string): Packet[] {
  const words = [
    "-v",
    "error",
    "-select_streams",
    stream,
    "-show_entries",
    "packet=pts_time,pos,size,flags",
    "-of",
    "json",
  ];
  const { packets } = JSON.parse(system("ffprobe", ...words, path)) as {
    packets: { pts_time: string; pos: string; size: string; flags: string }[];
  };
  return packets.map(({ pts_time, pos, size, flags }) => ({
    atS: Number(pts_time),
    at: Number(pos),
    bytes: Number(size),
    isKey: flags.startsWith("K"),
  }));
}

/** Bytes as an input that counts what is read of it. */
export class CountingInput implements MediaInput {
  readonly bytes: number;
  readBytes = 0;
  reads = 0;
  largestBytes = 0;
  readonly #at: (start: number, end: number) => Uint8Array | Promise<Uint8Array>;

  constructor(bytes: number, at: (start: number, end: number) => Uint8Array | Promise<Uint8Array>) {
    this.bytes = bytes;
    this.#at = at;
  }

  static of(bytes: Uint8Array): CountingInput {
    return new CountingInput(bytes.length, (start, end) => bytes.subarray(start, end));
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    this.reads++;
    this.readBytes += end - start;
    this.largestBytes = Math.max(this.largestBytes, end - start);
    return await this.#at(start, end);
  }
}

/** A whole segment; `undefined` when there is none. */
export async function segment(playable: Playable, track: number, number: number): Promise<Buffer | undefined> {
  const pieces = await playable.segment(track, number);
  if (pieces === undefined) return undefined;
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** How many segments a track's playlist names. */
export const segmentCount = async (playable: Playable, track: number): Promise<number> =>
  (await playable.playlist(track))?.match(/#EXTINF/g)?.length ?? 0;

/** A track's initialisation segment and all its segments, or the first of them, one behind the other. */
export async function wholeTrack(playable: Playable, track: number, most: number = Infinity): Promise<Buffer> {
  const parts: Uint8Array[] = [(await playable.init(track)) ?? new Uint8Array(0)];
  const count = Math.min(most, await segmentCount(playable, track));
  for (let at = 0; at < count; at++) parts.push((await segment(playable, track, at)) as Buffer);
  return Buffer.concat(parts);
}
