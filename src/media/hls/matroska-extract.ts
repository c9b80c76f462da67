import { HLS } from "../../core/limits.ts";
import { type Block, blocksFrom } from "./matroska-blocks.ts";
import type { MatroskaLayout } from "./matroska-layout.ts";
import type { MatroskaTrack } from "./matroska-tracks.ts";
import type { MediaBytes } from "./media-bytes.ts";

/** The first blocks of a file's tracks. */
export interface FirstBlocks {
  /** A small file with the same tracks, and their first key frames. */
  readonly extract: Uint8Array;
  /** When the first block begins, in ticks. */
  readonly firstAt: number;
  /** The numbers of the tracks that have a block there. */
  readonly seen: ReadonlySet<number>;
}

/**
 * A Matroska file of a few KB with a file's tracks and the first key frame of each: what mediabunny has to see to describe
 * them. It would read whole clusters of the file itself, some MiB each, before it shows a first picture.
 */
export async function extractOf(bytes: MediaBytes, layout: MatroskaLayout): Promise<FirstBlocks> {
  const wanted = new Map(layout.tracks.filter(isPlaying).map((track) => [track.number, track]));
  const firsts: Uint8Array[] = [];
  const seen = new Set<number>();
  let firstAt = Number.POSITIVE_INFINITY;
  let count = 0;
  for await (const block of blocksFrom(bytes, { cluster: layout.firstCluster, block: undefined })) {
    const isFar = block.position - layout.firstCluster > HLS.maxFirstBytes || count++ > HLS.maxFirstBlocks;
    if (isFar) break;
    if (!wanted.has(block.track)) continue;
    firstAt = Math.min(firstAt, block.at);
    if (!block.isKey || seen.has(block.track)) continue;
    seen.add(block.track);
    firsts.push(await asKeyBlock(block));
    if (seen.size === wanted.size) break;
  }
  const cluster = element(0x1f43b675, element(0xe7, Uint8Array.of(0)), ...firsts);
  const segment = element(
    0x18538067,
    element(0x1549a966, layout.info),
    element(0x1654ae6b, layout.trackEntries),
    cluster,
  );
  return {
    extract: Buffer.concat([element(0x1a45dfa3, layout.ebml), segment]),
    firstAt: Number.isFinite(firstAt) ? firstAt : 0,
    seen,
  };
}

const isPlaying = ({ kind }: MatroskaTrack): boolean => kind !== "subtitle";

/** The block as a key frame at the cluster's time. */
async function asKeyBlock(block: Block): Promise<Uint8Array> {
  const payload = new Uint8Array(await block.raw());
  // Its head is the track's number, then two bytes of time and one of flags.
  const at = numberBytes(payload);
  payload[at] = 0;
  payload[at + 1] = 0;
  payload[at + 2] = (payload[at + 2] ?? 0) | 0x80;
  return element(0xa3, payload);
}

const numberBytes = (payload: Uint8Array): number => Math.clz32(payload[0] ?? 0) - 23;

/** An element with its size in eight bytes. */
function element(id: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(12);
  head.writeUInt32BE(id);
  const idBytes = head.subarray(Math.clz32(id) >>> 3, 4);
  head.writeBigUInt64BE(0x0100_0000_0000_0000n | BigInt(bytes), 4);
  return Buffer.concat([idBytes, head.subarray(4), ...parts]);
}
