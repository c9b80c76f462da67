// QR codes (ISO/IEC 18004) of bytes, with the lowest error correction: a screen has no coffee on it.

/** Error correction bytes of each block, by version from 1. */
const CHECK_BYTES = [
  7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30,
  30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
/** Blocks, by version from 1. */
const BLOCKS = [
  1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19,
  20, 21, 22, 24, 25,
];
/** Larger ones are not read from a screen any more. */
const MAX_VERSION = 30;

/** Places of the alignment patterns. */
function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  const places = Array.from({ length: count - 1 }, (_, index) => version * 4 + 10 - index * step);
  return [6, ...places.reverse()];
}

/** Bytes that a version has room for, checks included. */
function bytesOf(version: number): number {
  const count = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const patterns = count === 0 ? 0 : (25 * count - 10) * count - 55 + (version >= 7 ? 36 : 0);
  return Math.floor(((16 * version + 128) * version + 64 - patterns) / 8);
}

const checkBytesOf = (version: number): number => CHECK_BYTES[version - 1] as number;
const blocksOf = (version: number): number => BLOCKS[version - 1] as number;
const roomOf = (version: number): number => bytesOf(version) - checkBytesOf(version) * blocksOf(version);

/** The bits of a message, padded to what the version holds. */
function messageOf(bytes: Uint8Array, version: number): Uint8Array {
  const bits: number[] = [];
  const put = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  const room = roomOf(version) * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  const message = new Uint8Array(bits.length / 8);
  for (const [index, bit] of bits.entries()) message[index >> 3] = ((message[index >> 3] as number) << 1) | bit;
  return message;
}

/** A product in the field of 256 elements of the standard. */
export function product(one: number, other: number): number {
  let sum = 0;
  for (let bit = 7; bit >= 0; bit--) sum = (sum << 1) ^ ((sum >>> 7) * 0x11d) ^ (((other >>> bit) & 1) * one);
  return sum;
}

/** The generator of Reed–Solomon checks of this length. */
function generator(count: number): number[] {
  const factors = new Array<number>(count).fill(0);
  factors[count - 1] = 1;
  let root = 1;
  for (let at = 0; at < count; at++) {
    for (let place = 0; place < count; place++)
      factors[place] = product(factors[place] as number, root) ^ (factors[place + 1] ?? 0);
    root = product(root, 2);
  }
  return factors;
}

function checksOf(data: Uint8Array, factors: readonly number[]): number[] {
  const rest = factors.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() as number);
    rest.push(0);
    for (const [index, one] of factors.entries()) rest[index] = (rest[index] as number) ^ product(one, factor);
  }
  return rest;
}

/** Message and checks, in blocks that are dealt out by turns. */
function interleaved(message: Uint8Array, version: number): number[] {
  const [count, checks] = [blocksOf(version), checkBytesOf(version)];
  const all = bytesOf(version);
  const short = count - (all % count);
  const shortBytes = Math.floor(all / count) - checks;
  const factors = generator(checks);
  const blocks: { readonly data: Uint8Array; readonly check: number[] }[] = [];
  for (let block = 0, at = 0; block < count; block++) {
    const data = message.subarray(at, at + shortBytes + (block < short ? 0 : 1));
    at += data.length;
    blocks.push({ data, check: checksOf(data, factors) });
  }
  const out: number[] = [];
  for (let at = 0; at <= shortBytes; at++)
    for (const { data } of blocks) if (at < data.length) out.push(data[at] as number);
  for (let at = 0; at < checks; at++) for (const { check } of blocks) out.push(check[at] as number);
  return out;
}

/** A square of modules, dark or not; some of them are patterns, which no mask touches. */
class Square {
  readonly size: number;
  readonly dark: boolean[][];
  readonly #fixed: boolean[][];
  readonly #version: number;

  constructor(version: number) {
    this.#version = version;
    this.size = version * 4 + 17;
    const row = (): boolean[] => new Array<boolean>(this.size).fill(false);
    this.dark = Array.from({ length: this.size }, row);
    this.#fixed = Array.from({ length: this.size }, row);
    this.#patterns();
  }

  #fix(x: number, y: number, isDark: boolean): void {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    (this.dark[y] as boolean[])[x] = isDark;
    (this.#fixed[y] as boolean[])[x] = true;
  }

  #patterns(): void {
    for (let at = 0; at < this.size; at++) {
      this.#fix(6, at, at % 2 === 0);
      this.#fix(at, 6, at % 2 === 0);
    }
    for (const [x, y] of [
      [3, 3],
      [this.size - 4, 3],
      [3, this.size - 4],
    ] as const)
      this.#rings(x, y, 4, [2, 4]);
    const places = alignments(this.#version);
    const last = places.length - 1;
    for (const [row, y] of places.entries())
      for (const [column, x] of places.entries()) {
        const isCorner = (row === 0 && (column === 0 || column === last)) || (row === last && column === 0);
        if (!isCorner) this.#rings(x, y, 2, [1]);
      }
    this.format(0);
    this.#numbers();
  }

  /** Rings around a place; those of `light` are light. */
  #rings(x: number, y: number, most: number, light: readonly number[]): void {
    for (let dy = -most; dy <= most; dy++)
      for (let dx = -most; dx <= most; dx++)
        this.#fix(x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
  }

  /** Writes which mask is on. Lowest error correction is 1 in it. */
  format(mask: number): void {
    const data = (1 << 3) | mask;
    let rest = data;
    for (let count = 0; count < 10; count++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const bit = (at: number): boolean => ((bits >>> at) & 1) === 1;
    for (let at = 0; at <= 5; at++) this.#fix(8, at, bit(at));
    this.#fix(8, 7, bit(6));
    this.#fix(8, 8, bit(7));
    this.#fix(7, 8, bit(8));
    for (let at = 9; at < 15; at++) this.#fix(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at++) this.#fix(this.size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at++) this.#fix(8, this.size - 15 + at, bit(at));
    this.#fix(8, this.size - 8, true);
  }

  #numbers(): void {
    if (this.#version < 7) return;
    let rest = this.#version;
    for (let count = 0; count < 12; count++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (this.#version << 12) | rest;
    for (let at = 0; at < 18; at++) {
      const isDark = ((bits >>> at) & 1) === 1;
      const [far, near] = [this.size - 11 + (at % 3), Math.floor(at / 3)];
      this.#fix(far, near, isDark);
      this.#fix(near, far, isDark);
    }
  }

  /** Lays the bytes down in the zigzag of the standard. */
  fill(bytes: readonly number[]): void {
    let at = 0;
    for (const [x, y] of this.#zigzag()) {
      if ((this.#fixed[y] as boolean[])[x] === true || at >= bytes.length * 8) continue;
      (this.dark[y] as boolean[])[x] = (((bytes[at >> 3] as number) >>> (7 - (at & 7))) & 1) === 1;
      at++;
    }
  }

  /** Two columns at a time, up and down in turn, around the column of the timing pattern. */
  *#zigzag(): Generator<readonly [number, number]> {
    let isUp = true;
    for (let right = this.size - 1; right >= 1; right -= right === 8 ? 3 : 2) {
      for (let step = 0; step < this.size; step++) {
        const y = isUp ? this.size - 1 - step : step;
        yield [right, y];
        yield [right - 1, y];
      }
      isUp = !isUp;
    }
  }

  /** Turns the modules of a mask over; a second time, back. */
  mask(mask: number): void {
    const isOn = MASKS[mask] as (x: number, y: number) => boolean;
    for (const [y, row] of this.dark.entries())
      for (let x = 0; x < this.size; x++)
        if (!(this.#fixed[y] as boolean[])[x] && isOn(x, y)) row[x] = !(row[x] as boolean);
  }

  /** How hard it is to read: long runs and full blocks of one colour. */
  get penalty(): number {
    let sum = 0;
    const at = (x: number, y: number): boolean => (this.dark[y] as boolean[])[x] as boolean;
    for (let one = 0; one < this.size; one++)
      for (const look of [(other: number) => at(other, one), (other: number) => at(one, other)])
        sum += runPenalty(this.size, look);
    for (let y = 0; y < this.size - 1; y++)
      for (let x = 0; x < this.size - 1; x++) {
        const color = at(x, y);
        if (color === at(x + 1, y) && color === at(x, y + 1) && color === at(x + 1, y + 1)) sum += 3;
      }
    const dark = this.dark.flat().filter(Boolean).length;
    return sum + 10 * Math.floor(Math.abs((20 * dark) / this.size ** 2 - 10));
  }
}

function runPenalty(size: number, look: (at: number) => boolean): number {
  let sum = 0;
  let run = 1;
  for (let at = 1; at <= size; at++) {
    if (at < size && look(at) === look(at - 1)) run++;
    else {
      if (run >= 5) sum += run - 2;
      run = 1;
    }
  }
  return sum;
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The modules of a text's QR code, rows from the top; `undefined`: it is too long. */
export function qrOf(text: string): readonly (readonly boolean[])[] | undefined {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (version <= MAX_VERSION && roomOf(version) * 8 < 4 + (version < 10 ? 8 : 16) + bytes.length * 8) version++;
  if (version > MAX_VERSION) return undefined;
  const square = new Square(version);
  square.fill(interleaved(messageOf(bytes, version), version));
  let best = { mask: 0, penalty: Infinity };
  for (const mask of MASKS.keys()) {
    square.mask(mask);
    square.format(mask);
    if (square.penalty < best.penalty) best = { mask, penalty: square.penalty };
    square.mask(mask);
  }
  square.mask(best.mask);
  square.format(best.mask);
  return square.dark;
}
