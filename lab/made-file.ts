import { createCipheriv, createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";

const BLOCK_BYTES = 4_194_304;

/** Writes a file of bytes that look random, the same for the same seed. */
export function makeSeededFile(path: string, bytes: number, seed: number): void {
  const key = createHash("sha256").update(`cardume ${seed}`).digest();
  const cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const zeros = Buffer.alloc(BLOCK_BYTES);
  const fd = openSync(path, "w");
  for (let left = bytes; left > 0; left -= BLOCK_BYTES)
    writeSync(fd, cipher.update(zeros.subarray(0, Math.min(left, BLOCK_BYTES))));
  closeSync(fd);
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash);
  return hash.digest("hex");
}
