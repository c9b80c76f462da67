import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** What a v1 torrent (BEP 3) is made of. */
type Bencoded = number | string | Uint8Array | readonly Bencoded[] | { readonly [key: string]: Bencoded };

const PIECE_BYTES = 1_048_576;

/** A torrent, and what a peer of our own has to know of it. */
export interface Torrent {
  readonly bytes: Uint8Array;
  /** SHA-1 of its `info`. */
  readonly infoHash: Buffer;
}

/** A v1 torrent of a file, or of the files of a folder that are named: pieces of 1 MiB, no tracker. */
export function makeTorrent(path: string, names?: readonly string[]): Torrent {
  const paths = names === undefined ? [path] : names.map((name) => join(path, name));
  const { pieces, bytes } = hashPieces(paths);
  const common = { name: basename(path), "piece length": PIECE_BYTES, pieces };
  const info =
    names === undefined
      ? { ...common, length: bytes }
      : {
          ...common,
          files: names.map((name, index) => ({ length: statSync(paths[index] as string).size, path: [name] })),
        };
  const encoded = bencode(info);
  return { bytes: bencode({ info }), infoHash: createHash("sha1").update(encoded).digest() };
}

function hashPieces(paths: readonly string[]): { readonly pieces: Uint8Array; readonly bytes: number } {
  const piece = new Uint8Array(PIECE_BYTES);
  const hashes: Buffer[] = [];
  let [filled, bytes] = [0, 0];
  const close = (): void => {
    hashes.push(createHash("sha1").update(piece.subarray(0, filled)).digest());
    filled = 0;
  };
  for (const path of paths) {
    const file = openSync(path, "r");
    for (;;) {
      const count = readSync(file, piece, filled, PIECE_BYTES - filled, null);
      if (count === 0) break;
      filled += count;
      bytes += count;
      if (filled === PIECE_BYTES) close();
    }
    closeSync(file);
  }
  if (filled > 0) close();
  return { pieces: Buffer.concat(hashes), bytes };
}

/** BEP 3's encoding: keys in the order of their bytes. */
export function bencode(value: Bencoded): Buffer {
  if (typeof value === "number") return Buffer.from(`i${value}e`);
  if (typeof value === "string") return bencode(Buffer.from(value));
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  const isList = (one: object): one is readonly Bencoded[] => Array.isArray(one);
  if (isList(value)) return Buffer.concat([Buffer.from("l"), ...value.map(bencode), Buffer.from("e")]);
  const keys = Object.keys(value).sort();
  const parts = keys.flatMap((key) => [bencode(key), bencode(value[key] as Bencoded)]);
  return Buffer.concat([Buffer.from("d"), ...parts, Buffer.from("e")]);
}
