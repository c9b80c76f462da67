import { open, readFile } from "node:fs/promises";

/** Bytes that are written at one time. */
const PIECE_BYTES = 1_048_576;
const BOX_HEAD_BYTES = 8;

/**
 * Writes an MP4 file anew with a `free` box of so many bytes behind it, which players pass over (ISO/IEC 14496-12): long
 * enough to pull plugs while it is fetched. The filling follows from a fixed number.
 */
export async function writeLongFilm(from: string, to: string, fillBytes: number): Promise<void> {
  const film = await readFile(from);
  const file = await open(to, "wx");
  try {
    const head = Buffer.alloc(BOX_HEAD_BYTES);
    head.writeUInt32BE(BOX_HEAD_BYTES + fillBytes, 0);
    head.write("free", 4, "latin1");
    await file.write(film);
    await file.write(head);
    const words = new Uint32Array(PIECE_BYTES / 4);
    let state = 1;
    for (let done = 0; done < fillBytes; done += PIECE_BYTES) {
      for (let at = 0; at < words.length; at++) {
        state = Math.imul(state, 1_664_525) + 1_013_904_223;
        words[at] = state;
      }
      await file.write(new Uint8Array(words.buffer, 0, Math.min(PIECE_BYTES, fillBytes - done)));
    }
  } finally {
    await file.close();
  }
}
