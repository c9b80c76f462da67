import { numberAt } from "../ebml.ts";

/** The most frames in one block: their number is one byte. */
const MAX_FRAMES = 256;

/**
 * The frames of a block, from its flags on: one, or several with their sizes before them (RFC 9559, 10.3). Never throws:
 * sizes that do not fit give fewer frames.
 */
export function framesIn(block: Uint8Array): Uint8Array[] {
  const lacing = ((block[0] ?? 0) >>> 1) & 3;
  if (lacing === 0) return block.length > 1 ? [block.subarray(1)] : [];
  const count = Math.min(MAX_FRAMES, (block[1] ?? 0) + 1);
  if (lacing === 2) return cut(block, 2, Array<number>(count - 1).fill(Math.floor((block.length - 2) / count)));
  const { sizes, end } = lacing === 1 ? xiphSizes(block, count) : ebmlSizes(block, count);
  return cut(block, end, sizes);
}

interface Sizes {
  /** Of all frames but the last. */
  readonly sizes: readonly number[];
  /** Where the first begins. */
  readonly end: number;
}

/** Each a run of 255 and a smaller byte. */
function xiphSizes(block: Uint8Array, count: number): Sizes {
  const sizes: number[] = [];
  let at = 2;
  while (sizes.length < count - 1 && at < block.length) {
    let size = 0;
    while (block[at] === 255) {
      size += 255;
      at++;
    }
    size += block[at++] ?? 0;
    sizes.push(size);
  }
  return { sizes, end: at };
}

/** The first as a number of variable length, the others as differences, with half of the range below zero. */
function ebmlSizes(block: Uint8Array, count: number): Sizes {
  const sizes: number[] = [];
  let at = 2;
  while (sizes.length < count - 1) {
    const found = numberAt(block, at, 8, false);
    if (found === undefined) break;
    at += found.bytes;
    const before = sizes.at(-1);
    sizes.push(before === undefined ? found.value : before + found.value - (2 ** (7 * found.bytes - 1) - 1));
  }
  return { sizes, end: at };
}

function cut(block: Uint8Array, start: number, sizes: readonly number[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = start;
  for (const size of sizes) {
    if (!(size >= 0) || at + size > block.length) return frames;
    frames.push(block.subarray(at, at + size));
    at += size;
  }
  if (at < block.length) frames.push(block.subarray(at));
  return frames;
}
