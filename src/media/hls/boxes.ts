/** A box of an MP4 file (ISO/IEC 14496-12): its contents' place in the bytes that were searched. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** A box with these contents: four bytes of size, four letters, and the contents. */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = parts.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([u32(bytes), Buffer.from(type, "latin1"), ...parts]);
}

/** Four bytes, the highest first. */
export const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

/** The boxes between two places, until something is none. */
export function* boxesIn(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Generator<Box> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at + 8 <= end; ) {
    const short = view.getUint32(at);
    const headBytes = short === 1 ? 16 : 8;
    if (at + headBytes > end) return;
    const size = short === 0 ? end - at : short === 1 ? Number(view.getBigUint64(at + 8)) : short;
    if (size < headBytes || at + size > end) return;
    yield { type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), start: at + headBytes, end: at + size };
    at += size;
  }
}

/** The first box at the end of a path of types, such as `trak`, `mdia`, `mdhd`. */
export function boxAt(
  bytes: Uint8Array,
  path: readonly string[],
  inside?: Pick<Box, "start" | "end">,
): Box | undefined {
  const [type, ...rest] = path;
  for (const found of boxesIn(bytes, inside?.start, inside?.end)) {
    if (found.type !== type) continue;
    const deeper = rest.length === 0 ? found : boxAt(bytes, rest, found);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
