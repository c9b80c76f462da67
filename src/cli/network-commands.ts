/** Up to this many peers stand in a ring, so that every one is within three hops of the first. */
const MAX_RING = 7;

/**
 * Whom peer `index` of `count` has as neighbours (all from 0): a ring while everybody in it is within three hops
 * of everybody else, else all around the first.
 */
export function neighboursOf(index: number, count: number): number[] {
  if (count === 1) return [];
  if (count <= MAX_RING) return [...new Set([(index + count - 1) % count, (index + 1) % count])];
  return index === 0 ? Array.from({ length: count - 1 }, (_, other) => other + 1) : [0];
}

/** A path that begins with a dash would be read as an option. */
const asPath = (path: string): string => (path.startsWith("-") ? `./${path}` : path);

/** The arguments that start each of these peers on loopback, the first on `firstPort`. */
export const peerCommands = (keyValuesFiles: readonly string[], firstPort: number): string[][] =>
  keyValuesFiles.map((file, index) => [
    "peer",
    `127.0.0.1:${firstPort + index}`,
    asPath(file),
    ...neighboursOf(index, keyValuesFiles.length).map((other) => `127.0.0.1:${firstPort + other}`),
  ]);

/** The arguments that fetch all chunks from the first of them into one file. */
export const fetchCommand = (firstPort: number, chunks: number, file: string): string[] => [
  "client",
  `127.0.0.1:${firstPort}`,
  chunks === 1 ? "1" : `1-${chunks}`,
  "--join",
  file,
];
