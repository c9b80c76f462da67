/** Bytes of a sample as they are. */
export const asTheyAre = (data: Uint8Array): Uint8Array => data;

/**
 * H.264 and H.265 as a transport stream carries it (Annex B: units behind start codes) as MP4 wants it: each behind its
 * length in four bytes. Bytes without a start code stay as they are.
 */
export function lengthPrefixed(data: Uint8Array): Uint8Array {
  const units: Uint8Array[] = [];
  let start = -1;
  for (let at = 0; at + 2 < data.length; at++) {
    if (data[at] !== 0 || data[at + 1] !== 0 || data[at + 2] !== 1) continue;
    if (start >= 0) units.push(trimmed(data.subarray(start, at)));
    start = at + 3;
    at += 2;
  }
  if (start < 0) return data;
  units.push(trimmed(data.subarray(start)));
  const filled = units.filter(({ length }) => length > 0);
  const all = new Uint8Array(filled.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(all.buffer);
  let at = 0;
  for (const unit of filled) {
    view.setUint32(at, unit.length);
    all.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return all;
}

/** Zeros behind a unit belong to the next start code. */
function trimmed(unit: Uint8Array): Uint8Array {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end--;
  return unit.subarray(0, end);
}

/** A frame of AAC without the header that it has outside of MP4 (ADTS: 7 bytes, 9 with a checksum). */
export function withoutAdts(data: Uint8Array): Uint8Array {
  const isAdts = data.length > 7 && data[0] === 0xff && ((data[1] as number) & 0xf6) === 0xf0;
  if (!isAdts) return data;
  return data.subarray(((data[1] as number) & 1) === 0 ? 9 : 7);
}
