/** The unsigned 16-bit number at `offset`, in network byte order. The caller has checked the length. */
export const readUint16 = (bytes: Uint8Array, offset: number): number =>
  ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);

/** The unsigned 32-bit number at `offset`, in network byte order. The caller has checked the length. */
export const readUint32 = (bytes: Uint8Array, offset: number): number =>
  readUint16(bytes, offset) * 65_536 + readUint16(bytes, offset + 2);

/** Writes the low 16 bits of `value` at `offset`, in network byte order. */
export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Writes an unsigned 32-bit number at `offset`, in network byte order. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  writeUint16(bytes, offset, Math.floor(value / 65_536));
  writeUint16(bytes, offset + 2, value % 65_536);
}

/** `count` 16-bit ids from `offset` on. The caller has checked the length. */
export function readIds(bytes: Uint8Array, offset: number, count: number): number[] {
  const ids: number[] = [];
  for (let at = offset; at < offset + 2 * count; at += 2) ids.push(readUint16(bytes, at));
  return ids;
}

/** Writes 16-bit ids from `offset` on. */
export function writeIds(bytes: Uint8Array, offset: number, ids: readonly number[]): void {
  for (let index = 0; index < ids.length; index++) writeUint16(bytes, offset + 2 * index, ids[index] as number);
}
