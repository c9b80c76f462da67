import { chunkLength, chunkWidth, type Geometry, LEAF_BYTES } from "../content/geometry.ts";
import type { Slice } from "../content/proof.ts";

/** Leaves of a grain, the smallest part of a chunk that is asked for: smaller ones are mostly round trip. */
export const GRAIN_LEAVES = 4;
/** Bytes of a grain: 64 KiB. */
export const GRAIN_BYTES: number = GRAIN_LEAVES * LEAF_BYTES;
/** Grains of the largest request, 1 MiB. */
export const MAX_RUN_GRAINS = 16;

/** A power-of-two number of grains of one chunk, aligned to its own length: the last ones may be behind the chunk's end. */
export interface Run {
  readonly first: number;
  readonly grains: number;
}

/** Grains that a chunk has: the last one may be shorter. */
export const chunkGrains = (geometry: Geometry, chunk: number): number =>
  Math.ceil(chunkLength(geometry, chunk) / GRAIN_BYTES);

/** Bytes of a run in a chunk of `chunkBytes`. */
export const runBytes = (run: Run, chunkBytes: number): number =>
  Math.min(run.grains * GRAIN_BYTES, chunkBytes - run.first * GRAIN_BYTES);

/** The slice to ask for: as wide as the chunk's tree when the run is the whole chunk, so that it needs no proof. */
export function sliceOf(run: Run, chunk: number, geometry: Geometry): Slice {
  const width = chunkWidth(geometry);
  const isWhole = run.first === 0 && run.grains >= chunkGrains(geometry, chunk);
  const leaves = isWhole ? Math.min(width, MAX_RUN_GRAINS * GRAIN_LEAVES) : Math.min(width, run.grains * GRAIN_LEAVES);
  return { chunk, firstLeaf: run.first * GRAIN_LEAVES, leaves };
}
