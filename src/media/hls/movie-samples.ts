import { HLS } from "../../core/limits.ts";
import { boxAt } from "./boxes.ts";

/** Where a sample of a track is, and when it is shown, in seconds of the track. */
export interface Sample {
  readonly start: number;
  readonly bytes: number;
  readonly startS: number;
  readonly endS: number;
}

/** The samples of a text track, at most `HLS.maxCues`. */
export interface TextSamples {
  readonly list: readonly Sample[];
  /** Three letters (ISO 639-2); empty when unknown. */
  readonly language: string;
}

/** A box of numbers of four bytes behind a version and flags. */
class Table {
  readonly #view: DataView;
  constructor(trak: Uint8Array, path: readonly string[]) {
    const found = boxAt(trak, path);
    const bytes = found === undefined ? new Uint8Array(0) : trak.subarray(found.start, found.end);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get isThere(): boolean {
    return this.#view.byteLength > 0;
  }
  /** The number at this place; 0 beyond the end. */
  at(index: number): number {
    return index * 4 + 4 <= this.#view.byteLength ? this.#view.getUint32(index * 4) : 0;
  }
}

const STBL = ["mdia", "minf", "stbl"];

/** The samples of a text track, from the contents of its `trak` box; `undefined` when it is none of ours. */
export function samplesOf(trak: Uint8Array): TextSamples | undefined {
  const description = boxAt(trak, [...STBL, "stsd"]);
  // Version and flags, a count, and the first entry's size come before its type.
  const type =
    description && Buffer.from(trak.subarray(description.start + 12, description.start + 16)).toString("latin1");
  if (type !== "tx3g" && type !== "text") return undefined;
  const header = new Table(trak, ["mdia", "mdhd"]);
  const isLong = header.at(0) >>> 24 === 1;
  const timescale = header.at(isLong ? 5 : 3);
  if (timescale === 0) return undefined;
  const places = placesOf(trak);
  const times = timesOf(new Table(trak, [...STBL, "stts"]), places.length);
  const list = places.slice(0, times.length).map((place, index) => ({
    ...place,
    startS: (times[index] as Times).start / timescale,
    endS: (times[index] as Times).end / timescale,
  }));
  return { list, language: languageOf(header.at(isLong ? 8 : 5) >>> 16) };
}

/** Three letters of five bits. */
function languageOf(packed: number): string {
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(((packed >>> shift) & 31) + 0x60)).join("");
  return /^[a-z]{3}$/.test(letters) && letters !== "und" ? letters : "";
}

interface Times {
  readonly start: number;
  readonly end: number;
}

function timesOf(table: Table, count: number): Times[] {
  const times: Times[] = [];
  let at = 0;
  for (let entry = 0; entry < table.at(1) && times.length < count; entry++) {
    const duration = table.at(3 + entry * 2);
    // A count that is a lie is cut to the samples that there are.
    for (let left = table.at(2 + entry * 2); left > 0 && times.length < count; left--, at += duration)
      times.push({ start: at, end: at + duration });
    if (table.at(2 + entry * 2) === 0 && duration === 0) break;
  }
  return times;
}

function placesOf(trak: Uint8Array): Pick<Sample, "start" | "bytes">[] {
  const sizes = new Table(trak, [...STBL, "stsz"]);
  const chunks = new Table(trak, [...STBL, "stsc"]);
  const short = new Table(trak, [...STBL, "stco"]);
  const long = new Table(trak, [...STBL, "co64"]);
  const same = sizes.at(1);
  const count = Math.min(sizes.at(2), HLS.maxCues);
  const startOf = (chunk: number): number =>
    short.isThere ? short.at(2 + chunk) : long.at(2 + chunk * 2) * 2 ** 32 + long.at(3 + chunk * 2);
  const places: Pick<Sample, "start" | "bytes">[] = [];
  const chunkCount = (short.isThere ? short : long).at(1);
  for (let chunk = 0, entry = 0; chunk < chunkCount && places.length < count; chunk++) {
    while (entry + 1 < chunks.at(1) && chunks.at(2 + (entry + 1) * 3) <= chunk + 1) entry++;
    let start = startOf(chunk);
    const inChunk = chunks.at(3 + entry * 3);
    if (inChunk === 0) break;
    for (let index = 0; index < inChunk && places.length < count; index++) {
      const bytes = same === 0 ? sizes.at(3 + places.length) : same;
      places.push({ start, bytes });
      start += bytes;
    }
  }
  return places;
}
