/** Neighbouring chunks that stay together, so that a holder's disk mostly reads on. */
const BLOCK_CHUNKS = 8;
/** A small video has as many blocks as this, so that clients of it differ too. */
const MIN_BLOCKS = 32;

/**
 * The order in which equally rare chunks are asked for: blocks of neighbours, shuffled by the seed. Clients that fetch the
 * same video at one time so hold different parts of it soon, and can give them to one another.
 * @returns place → chunk
 */
export function spreadOrder(chunks: number, seed: number): Int32Array {
  const blockChunks = Math.max(1, Math.min(BLOCK_CHUNKS, Math.floor(chunks / MIN_BLOCKS)));
  const blocks = Array.from({ length: Math.ceil(chunks / blockChunks) }, (_, block) => block);
  let state = seed | 0;
  for (let left = blocks.length - 1; left > 0; left--) {
    state = (state + 0x9e3779b9) | 0;
    const pick = mix(state) % (left + 1);
    [blocks[left], blocks[pick]] = [blocks[pick] as number, blocks[left] as number];
  }
  const order = new Int32Array(chunks);
  let place = 0;
  for (const block of blocks)
    for (let chunk = block * blockChunks; chunk < Math.min(chunks, (block + 1) * blockChunks); chunk++)
      order[place++] = chunk;
  return order;
}

/** Mixes 32 bits well (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
