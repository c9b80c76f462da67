import { VIDEO } from "../limits.ts";
import { fromUtf8, toUtf8 } from "../utf8.ts";

/**
 * What our CBOR can say: whole numbers from 0 to 2^53 − 1, booleans, byte strings, texts, lists, and maps with texts as
 * keys. A small part of RFC 8949, in its core deterministic encoding (section 4.2.1): a value has one encoding only, so
 * what was signed or hashed is found again byte for byte.
 */
export type CborValue = number | boolean | string | Uint8Array | readonly CborValue[] | CborMap;

/** A map of our CBOR. */
export interface CborMap extends ReadonlyMap<string, CborValue> {}

/** Why bytes are none of our CBOR, and where. */
export interface CborError {
  readonly code: "cbor-invalid";
  readonly offset: number;
  readonly problem: string;
}

/** Major types of RFC 8949, in the three high bits of the first byte. */
const MAJOR = { uint: 0, bytes: 2, text: 3, list: 4, map: 5, simple: 7 } as const;
const FALSE = 0xf4;
const TRUE = 0xf5;

/** The encoding of a value. Numbers have been checked to be whole, not negative, and safe. */
export function encodeCbor(value: CborValue): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function write(value: CborValue, parts: Uint8Array[]): void {
  if (typeof value === "number") parts.push(head(MAJOR.uint, value));
  else if (typeof value === "boolean") parts.push(Uint8Array.of(value ? TRUE : FALSE));
  else if (typeof value === "string") writeText(value, parts);
  else if (value instanceof Uint8Array) parts.push(head(MAJOR.bytes, value.length), value);
  else if (isList(value)) {
    parts.push(head(MAJOR.list, value.length));
    for (const item of value) write(item, parts);
  } else {
    parts.push(head(MAJOR.map, value.size));
    const keys = [...value.keys()].map((key) => ({ key, utf8: toUtf8(key) }));
    for (const { key } of keys.sort((one, other) => compareKeys(one.utf8, other.utf8))) {
      writeText(key, parts);
      write(value.get(key) as CborValue, parts);
    }
  }
}

const isList = (value: readonly CborValue[] | CborMap): value is readonly CborValue[] => Array.isArray(value);

function writeText(text: string, parts: Uint8Array[]): void {
  const utf8 = toUtf8(text);
  parts.push(head(MAJOR.text, utf8.length), utf8);
}

/** The first byte and the shortest argument behind it. */
function head(major: number, argument: number): Uint8Array {
  const top = major << 5;
  if (argument < 24) return Uint8Array.of(top | argument);
  const width = argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8;
  const bytes = new Uint8Array(1 + width);
  bytes[0] = top | (24 + Math.log2(width));
  let rest = argument;
  for (let at = width; at > 0; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** Keys stand in the order of their encodings: shorter ones first, then byte by byte. */
function compareKeys(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) return one.length - other.length;
  for (let at = 0; at < one.length; at++) {
    const difference = (one[at] as number) - (other[at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The value of an encoding; an error for bytes that {@link encodeCbor} would not have written, that are nested too
 * deeply, or that hold too many values. Nothing is allocated for a count before it is known that as many can follow.
 */
export function decodeCbor(bytes: Uint8Array): CborValue | CborError {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (value === undefined) return reader.error("");
  return reader.atEnd ? value : reader.error("something stands behind the value");
}

/** Whether {@link decodeCbor} found an error. */
export const isCborError = (result: CborValue | CborError): result is CborError =>
  typeof result === "object" && "problem" in result;

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #values = 0;
  #problem = "";

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  error(problem: string): CborError {
    return { code: "cbor-invalid", offset: this.#at, problem: this.#problem || problem };
  }

  /** The value at the reader's place, `undefined` after an error. */
  value(depth: number): CborValue | undefined {
    if (depth > VIDEO.maxCborDepth) return this.#fail("it is nested too deeply");
    if (++this.#values > VIDEO.maxCborValues) return this.#fail("it holds too many values");
    const first = this.#bytes[this.#at];
    if (first === undefined) return this.#fail("it ends too early");
    if (first === TRUE || first === FALSE) {
      this.#at++;
      return first === TRUE;
    }
    const argument = this.#argument(first & 31);
    if (argument === undefined) return undefined;
    switch (first >> 5) {
      case MAJOR.uint:
        return argument;
      case MAJOR.bytes:
        return this.#take(argument)?.slice();
      case MAJOR.text:
        return this.#text(argument);
      case MAJOR.list:
        return this.#list(argument, depth);
      case MAJOR.map:
        return this.#map(argument, depth);
      default:
        return this.#fail("it holds a kind of value that is not used here");
    }
  }

  /** The number in or behind a first byte, which has to be in its shortest form. */
  #argument(low: number): number | undefined {
    this.#at++;
    if (low < 24) return low;
    if (low > 27) return this.#fail("it holds a length that is not definite");
    const width = 2 ** (low - 24);
    const field = this.#take(width);
    if (field === undefined) return undefined;
    let argument = 0;
    for (const byte of field) argument = argument * 256 + byte;
    const least = width === 1 ? 24 : 256 ** (width / 2);
    if (argument < least) return this.#fail("a number is not in its shortest form");
    return argument <= Number.MAX_SAFE_INTEGER ? argument : this.#fail("a number is too large");
  }

  #take(length: number): Uint8Array | undefined {
    if (length > this.#bytes.length - this.#at) return this.#fail("it ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #text(length: number): string | undefined {
    const utf8 = this.#take(length);
    return utf8 === undefined ? undefined : (fromUtf8(utf8) ?? this.#fail("a text is not UTF-8"));
  }

  /** Whether `count` values of at least one byte each can follow. */
  #canFollow(count: number): boolean {
    return count <= this.#bytes.length - this.#at;
  }

  #list(count: number, depth: number): CborValue[] | undefined {
    if (!this.#canFollow(count)) return this.#fail("it ends too early");
    const list: CborValue[] = [];
    for (let index = 0; index < count; index++) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      list.push(item);
    }
    return list;
  }

  #map(count: number, depth: number): CborMap | undefined {
    if (!this.#canFollow(2 * count)) return this.#fail("it ends too early");
    const map = new Map<string, CborValue>();
    let before: Uint8Array | undefined;
    for (let index = 0; index < count; index++) {
      const start = this.#at;
      const key = this.value(depth + 1);
      if (key === undefined) return undefined;
      if (typeof key !== "string") return this.#fail("a key is not a text");
      const utf8 = this.#bytes.subarray(start, this.#at);
      if (before !== undefined && compareKeys(before, utf8) >= 0) return this.#fail("its keys are not in order");
      before = utf8;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      map.set(key, value);
    }
    return map;
  }

  #fail(problem: string): undefined {
    this.#problem ||= problem;
    return undefined;
  }
}
