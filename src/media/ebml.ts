/** An EBML element (RFC 8794) that lies whole or in part in the bytes. */
export interface Element {
  readonly id: number;
  readonly data: Uint8Array;
}

/** What an element begins with. */
export interface ElementHead {
  readonly id: number;
  /** Of its contents; infinite when it is not known. */
  readonly size: number;
  /** Of its id and its size together: at most 12. */
  readonly headBytes: number;
}

/** The most bytes that an element's id and size take. */
export const MAX_HEAD_BYTES = 12;

/** The text of a child, up to the zeros that may fill it up; empty when there is none. */
export const text = (parent: Uint8Array, id: number): string =>
  new TextDecoder().decode(child(parent, id)).split("\0", 1)[0] as string;

/** The whole number that a child holds, or `otherwise` when there is none, or a larger one than can be counted with. */
export function number(parent: Uint8Array, id: number, otherwise: number): number {
  const data = child(parent, id);
  return data.length === 0 ? otherwise : wholeOf(data, otherwise);
}

/** A whole number of up to eight bytes; `otherwise` when it is larger than can be counted with. */
export function wholeOf(data: Uint8Array, otherwise: number): number {
  if (data.length > 8) return otherwise;
  let value = 0;
  for (const byte of data) value = value * 256 + byte;
  return Number.isSafeInteger(value) ? value : otherwise;
}

/** The contents of the first child with this id; empty when there is none. */
export function child(parent: Uint8Array, wanted: number): Uint8Array {
  for (const { id, data } of childrenOf(parent)) if (id === wanted) return data;
  return new Uint8Array(0);
}

/** The elements that begin in these bytes, one behind the other, until something is none. */
export function* childrenOf(parent: Uint8Array): Generator<Element> {
  for (let at = 0; at < parent.length; ) {
    const head = elementHead(parent, at);
    if (head === undefined) return;
    const start = at + head.headBytes;
    const end = Math.min(parent.length, start + head.size);
    yield { id: head.id, data: parent.subarray(start, end) };
    at = end;
  }
}

/** What the element at this place begins with; `undefined` when nothing begins here, or not all of it is in the bytes. */
export function elementHead(bytes: Uint8Array, at: number): ElementHead | undefined {
  const id = numberAt(bytes, at, 4, true);
  const size = id && numberAt(bytes, at + id.bytes, 8, false);
  return id && size && { id: id.value, size: size.value, headBytes: id.bytes + size.bytes };
}

/** A number that says its own length by its leading zeros. An element whose length is not known goes to the end. */
export function numberAt(
  bytes: Uint8Array,
  at: number,
  most: number,
  withMark: boolean,
): { readonly value: number; readonly bytes: number } | undefined {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || length > most || at + length > bytes.length) return undefined;
  const mark = 1 << (8 - length);
  let value = withMark ? first : first - mark;
  let isUnknown = first === 2 * mark - 1;
  for (const byte of bytes.subarray(at + 1, at + length)) {
    value = value * 256 + byte;
    isUnknown &&= byte === 255;
  }
  return { value: isUnknown && !withMark ? Number.POSITIVE_INFINITY : value, bytes: length };
}
