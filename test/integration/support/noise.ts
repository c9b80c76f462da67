/** A seeded source of whole numbers from 0 to `below` − 1 (mulberry32): the same noise in every run. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const QUERY = 2;

/**
 * Garbage: random bytes, half of them with a known type in front and a count that may even be right. A Query names
 * loopback whatever the dice say, so that nothing that is sent on its behalf leaves the machine.
 */
export function garbage(next: (below: number) => number): Buffer {
  const bytes = Buffer.from(Array.from({ length: next(3) === 0 ? next(1400) : next(40) }, () => next(256)));
  if (bytes.length >= 4 && next(2) === 0) {
    bytes.writeUInt16BE(next(7), 0);
    bytes.writeUInt16BE(next(2) === 0 ? Math.floor((bytes.length - 4) / 2) : next(65_536), 2);
  }
  if (bytes.length >= 12 && bytes.readUInt16BE(0) === QUERY) {
    bytes[2] = 127;
    bytes.writeUInt16BE(Math.floor((bytes.length - 12) / 2), 10);
  }
  return bytes;
}
