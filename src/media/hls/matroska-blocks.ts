import { HLS } from "../../core/limits.ts";
import { child, childrenOf, elementHead, MAX_HEAD_BYTES, number, numberAt, wholeOf } from "../ebml.ts";
import type { CuePlace } from "./matroska-cues.ts";
import { framesIn } from "./matroska-lacing.ts";
import type { MediaBytes } from "./media-bytes.ts";

/** A block of a Matroska file: frames of one track. */
export interface Block {
  /** Where its element begins. */
  readonly position: number;
  /** Where the cluster that it is in begins. */
  readonly cluster: number;
  readonly track: number;
  /** In the file's ticks. */
  readonly at: number;
  readonly isKey: boolean;
  /** In ticks; `undefined` when the block does not say. */
  readonly duration: number | undefined;
  /** Its payload's bytes: track, time and flags, then frames. */
  raw(): Promise<Uint8Array>;
  /** Its frames; those of broken ones are missing. */
  frames(): Promise<Uint8Array[]>;
}

const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const BLOCK_DURATION = 0x9b;
const REFERENCE_BLOCK = 0xfb;
/** Of a track's number, its time and its flags. */
const BLOCK_HEAD_BYTES = 11;

/**
 * The blocks of a Matroska file from a place on, to the end of the file or to what is no element. Reads the heads of
 * elements; a block's bytes when they are asked for. Clusters whose size is not known are walked like all others: what
 * comes after them says that they are over. @throws when bytes cannot be had
 */
export async function* blocksFrom(
  bytes: MediaBytes,
  place: Pick<CuePlace, "cluster" | "block">,
): AsyncGenerator<Block> {
  let [cluster, clusterAt] = [place.cluster, 0];
  for (let position = place.cluster; position < bytes.bytes; ) {
    const head = await headAt(bytes, position);
    if (head === undefined) return;
    const start = position + head.headBytes;
    const end = start + head.size;
    if (head.id === CLUSTER) {
      [cluster, clusterAt, position] = [position, await clusterTime(bytes, start), start];
      if (cluster === place.cluster) position += place.block ?? 0;
      continue;
    }
    if (!Number.isFinite(end)) return;
    const parsed = await blockAt(bytes, head.id, start, end);
    if (parsed !== undefined) yield { ...parsed, position, cluster, at: clusterAt + parsed.at };
    position = end;
  }
}

/** A cluster's own time, which comes first in it: before it there may be a checksum. @param at where its contents begin */
async function clusterTime(bytes: MediaBytes, at: number): Promise<number> {
  const first = await bytes.upTo(at, at + 64);
  return number(first, TIMESTAMP, 0);
}

const blockAt = (bytes: MediaBytes, id: number, start: number, end: number): Promise<Parsed | undefined> =>
  id === SIMPLE_BLOCK ? simpleBlock(bytes, start, end) : groupedBlock(bytes, id, start, end);

type Parsed = Omit<Block, "position" | "cluster">;

async function simpleBlock(bytes: MediaBytes, start: number, end: number): Promise<Parsed | undefined> {
  const head = await bytes.upTo(start, Math.min(end, start + BLOCK_HEAD_BYTES));
  const raw = async (): Promise<Uint8Array> => {
    if (end - start > HLS.maxFrameBytes) throw new Error("a block that is too large");
    return await bytes.read(start, end);
  };
  return parsedOf(head, undefined, (flags) => (flags & 0x80) !== 0, raw);
}

async function groupedBlock(bytes: MediaBytes, id: number, start: number, end: number): Promise<Parsed | undefined> {
  if (id !== BLOCK_GROUP || end > bytes.bytes || end - start > HLS.maxFrameBytes) return undefined;
  const group = await bytes.read(start, end);
  const block = child(group, BLOCK);
  let isKey = true;
  let duration: number | undefined;
  for (const { id: inside, data } of childrenOf(group)) {
    if (inside === REFERENCE_BLOCK) isKey = false;
    if (inside === BLOCK_DURATION) duration = wholeOf(data, 0);
  }
  return parsedOf(
    block,
    duration,
    () => isKey,
    () => Promise.resolve(block),
  );
}

function parsedOf(
  head: Uint8Array,
  duration: number | undefined,
  isKeyOf: (flags: number) => boolean,
  raw: () => Promise<Uint8Array>,
): Parsed | undefined {
  const track = numberAt(head, 0, 8, false);
  if (track === undefined || head.length < track.bytes + 3) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const flags = head[track.bytes + 2] as number;
  return {
    track: track.value,
    at: view.getInt16(track.bytes),
    isKey: isKeyOf(flags),
    duration,
    raw,
    frames: async () => framesIn((await raw()).subarray(track.bytes + 2)),
  };
}

/** The head of the element at a place of the file; `undefined` when nothing begins there. */
export async function headAt(bytes: MediaBytes, position: number): Promise<ReturnType<typeof elementHead>> {
  return elementHead(await bytes.upTo(position, position + MAX_HEAD_BYTES), 0);
}
