import type { Message } from "../../../src/core/wire/datagram/message.ts";

/**
 * A second decoder, written from the contract's tables alone and as plainly as can be: no sharing of code, no care for
 * speed. What the two disagree about is a mistake in one of them. `null` stands for every kind of rubbish.
 */
export function referenceDecode(bytes: Uint8Array): Message | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number): number => (at + 2 <= bytes.length ? view.getUint16(at) : -1);
  const ids = (at: number, count: number): number[] => Array.from({ length: count }, (_, n) => u16(at + 2 * n));
  const lists = { 1: "hello", 3: "chunk-info", 4: "get" } as const;
  const type = u16(0);
  if (type === 1 || type === 3 || type === 4) {
    const count = u16(2);
    return count < 0 || bytes.length < 4 + 2 * count ? null : { type: lists[type], ids: ids(4, count) };
  }
  if (type === 2) return bytes.length < 12 ? null : referenceQuery(bytes, view, u16, ids);
  return type === 5 ? referenceResponse(bytes, u16) : null;
}

function referenceQuery(
  bytes: Uint8Array,
  view: DataView,
  u16: (at: number) => number,
  ids: (at: number, count: number) => number[],
): Message | null {
  const canonical = (): Message => {
    const ip = view.getUint32(2);
    return { type: "query", client: (ip * 65_536 + u16(6)) as never, ttlHops: u16(8), ids: ids(12, u16(10)) };
  };
  if (bytes.length === 12 + 2 * u16(10)) return canonical();
  const text = textOf(bytes.subarray(2, 22), /^[0-9.]*$/);
  if (bytes.length >= 28 && bytes.length === 28 + 2 * u16(26) && isIp(text)) {
    const ip = text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return { type: "query", client: (ip * 65_536 + u16(22)) as never, ttlHops: u16(24), ids: ids(28, u16(26)) };
  }
  return bytes.length === 16 + 6 * u16(10) ? canonical() : null;
}

function referenceResponse(bytes: Uint8Array, u16: (at: number) => number): Message | null {
  const name = textOf(bytes.subarray(2, 102), /^[ -~]*$/);
  if (bytes.length === 1128 && u16(102) <= 1024 && name !== null && name !== "") {
    const base = (name.split("/").at(-1) as string).replace(/\.[^.]*$/, "");
    const digits = base.match(/\d+/g)?.at(-1);
    const nameNumber = digits === undefined ? undefined : Number(digits);
    return { type: "report-response", nameNumber, offset: 104, sizeBytes: u16(102) };
  }
  const sizeBytes = u16(4);
  if (sizeBytes < 0 || sizeBytes > 65_000 || sizeBytes > bytes.length - 6) return null;
  return { type: "response", id: u16(2), offset: 6, sizeBytes };
}

/** The text before the first NUL of a padded field, or `null` when it is not of this alphabet or NULs do not follow. */
function textOf(field: Uint8Array, alphabet: RegExp): string | null {
  const text = Buffer.from(field).toString("latin1").replace(/\0+$/, "");
  return alphabet.test(text) ? text : null;
}

const isIp = (text: string | null): text is string =>
  text !== null &&
  text.split(".").length === 4 &&
  text.split(".").every((part) => String(Number(part)) === part && Number(part) <= 255);
