import { HLS } from "../../core/limits.ts";
import { child, childrenOf, number, text } from "../ebml.ts";
import { headAt } from "./matroska-blocks.ts";
import { type CuePlace, readCues } from "./matroska-cues.ts";
import { type MatroskaTrack, readTracks } from "./matroska-tracks.ts";
import type { MediaBytes } from "./media-bytes.ts";

/** What there is in a Matroska or WebM file, clusters apart. */
export interface MatroskaLayout {
  readonly isWebM: boolean;
  /** In nanoseconds. */
  readonly tickNs: number;
  /** In ticks; 0 when not known. */
  readonly duration: number;
  readonly tracks: readonly MatroskaTrack[];
  /** Where the first cluster begins. */
  readonly firstCluster: number;
  /** By track; empty when there is no index. */
  readonly cues: ReadonlyMap<number, readonly CuePlace[]>;
  /** The contents of the elements of these names. */
  readonly ebml: Uint8Array;
  readonly info: Uint8Array;
  readonly trackEntries: Uint8Array;
}

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const SEEK_HEAD = 0x114d9b74;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CUES = 0x1c53bb6b;
const CLUSTER = 0x1f43b675;
const SEEK = 0x4dbb;
const WANTED: ReadonlySet<number> = new Set([SEEK_HEAD, INFO, TRACKS, CUES]);

/** Reads it: the beginning, and the Cues wherever they are. @throws for what is no such file */
export async function readLayout(bytes: MediaBytes): Promise<MatroskaLayout> {
  const head = await headAt(bytes, 0);
  if (head?.id !== EBML || head.size > 65_536) throw new Error("no Matroska file");
  const ebml = new Uint8Array(await bytes.read(head.headBytes, head.headBytes + head.size));
  const segmentAt = head.headBytes + head.size;
  const segmentHead = await headAt(bytes, segmentAt);
  if (segmentHead?.id !== SEGMENT) throw new Error("no segment in it");
  const segment = segmentAt + segmentHead.headBytes;
  const parts = await headOf(bytes, segment);
  const trackEntries = parts.found.get(TRACKS);
  if (trackEntries === undefined || parts.firstCluster === undefined) throw new Error("no tracks or no clusters in it");
  const info = parts.found.get(INFO) ?? new Uint8Array(0);
  const cuesAt = parts.seeks.get(CUES);
  const cues =
    parts.found.get(CUES) ?? (cuesAt === undefined ? undefined : await contentsAt(bytes, segment + cuesAt, CUES));
  const tickNs = number(info, 0x2ad7b1, 1_000_000);
  return {
    isWebM: text(ebml, 0x4282) === "webm",
    tickNs: tickNs > 0 ? tickNs : 1_000_000,
    duration: float(child(info, 0x4489)),
    tracks: readTracks(trackEntries),
    firstCluster: parts.firstCluster,
    cues: cues === undefined ? new Map() : readCues(cues, segment),
    ebml,
    info,
    trackEntries,
  };
}

interface Head {
  /** Contents by id. */
  readonly found: ReadonlyMap<number, Uint8Array>;
  /** Positions in the segment by id, as the SeekHead says. */
  readonly seeks: ReadonlyMap<number, number>;
  readonly firstCluster: number | undefined;
}

/** What lies before the first cluster. */
async function headOf(bytes: MediaBytes, segment: number): Promise<Head> {
  const found = new Map<number, Uint8Array>();
  let at = segment;
  for (let count = 0; count < HLS.maxHeadElements && at < bytes.bytes; count++) {
    const head = await headAt(bytes, at);
    if (head === undefined) break;
    if (head.id === CLUSTER) return { found, seeks: seeksIn(found.get(SEEK_HEAD)), firstCluster: at };
    const start = at + head.headBytes;
    const end = start + head.size;
    if (WANTED.has(head.id) && !found.has(head.id) && end <= bytes.bytes)
      found.set(head.id, new Uint8Array(await bytes.read(start, end)));
    if (!Number.isFinite(end)) break;
    at = end;
  }
  return { found, seeks: new Map(), firstCluster: undefined };
}

function seeksIn(seekHead: Uint8Array | undefined): Map<number, number> {
  const seeks = new Map<number, number>();
  for (const { id, data } of childrenOf(seekHead ?? new Uint8Array(0)))
    if (id === SEEK) seeks.set(number(data, 0x53ab, 0), number(data, 0x53ac, Number.MAX_SAFE_INTEGER));
  return seeks;
}

/** The contents of an element that is said to be there. A file whose end is missing has no Cues, which is no error. */
async function contentsAt(bytes: MediaBytes, at: number, id: number): Promise<Uint8Array | undefined> {
  if (at >= bytes.bytes) return undefined;
  const head = await headAt(bytes, at);
  const start = at + (head?.headBytes ?? 0);
  if (head?.id !== id || start + head.size > bytes.bytes) return undefined;
  return await bytes.read(start, start + head.size);
}

function float(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const value = data.length === 8 ? view.getFloat64(0) : data.length === 4 ? view.getFloat32(0) : 0;
  return Number.isFinite(value) && value > 0 ? value : 0;
}
