import type { Random } from "../random.ts";

const PAGE_BYTES = 4096;
const SECTOR_BYTES = 512;

/** A file of a virtual disk: what a program sees, and what is sure to be there after a power cut. */
export class VirtualFile {
  readonly kind = "file";
  readonly inode: bigint;
  #now: Uint8Array = new Uint8Array(0);
  #safe: Uint8Array = new Uint8Array(0);
  readonly #dirty = new Set<number>();
  #mtimeNs: bigint;
  #safeMtimeNs: bigint;

  constructor(inode: bigint, mtimeNs: bigint) {
    this.inode = inode;
    this.#mtimeNs = mtimeNs;
    this.#safeMtimeNs = mtimeNs;
  }

  get bytes(): number {
    return this.#now.length;
  }

  get mtimeNs(): bigint {
    return this.#mtimeNs;
  }

  read(buffer: Uint8Array, position: number): number {
    const part = this.#now.subarray(position, position + buffer.length);
    buffer.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, position: number, mtimeNs: bigint): void {
    const end = position + bytes.length;
    if (end > this.#now.length) this.#resize(end);
    this.#now.set(bytes, position);
    for (let page = Math.floor(position / PAGE_BYTES); page * PAGE_BYTES < end; page++) this.#dirty.add(page);
    this.#mtimeNs = mtimeNs;
  }

  truncate(bytes: number, mtimeNs: bigint): void {
    this.#resize(bytes);
    this.#mtimeNs = mtimeNs;
  }

  sync(): void {
    this.#safe = this.#now.slice();
    this.#safeMtimeNs = this.#mtimeNs;
    this.#dirty.clear();
  }

  /**
   * A power cut: the size is the old or the new one; every page written since the last sync is there, or as it was, or
   * torn at a sector, or never came to be and is zeros.
   */
  cut(random: Random): void {
    const size = random.chance(0.5) ? this.#now.length : this.#safe.length;
    const after = new Uint8Array(size);
    after.set(this.#safe.subarray(0, size));
    for (const page of this.#dirty) this.#cutPage(after, page, random);
    if (random.chance(0.5)) this.#mtimeNs = this.#safeMtimeNs;
    this.#now = after;
    this.sync();
  }

  #cutPage(after: Uint8Array, page: number, random: Random): void {
    const start = page * PAGE_BYTES;
    const written = this.#now.subarray(start, Math.min(start + PAGE_BYTES, after.length));
    if (start >= after.length || random.chance(0.3)) return;
    if (random.chance(0.2)) after.fill(0, start, start + written.length);
    else
      after.set(written.subarray(0, random.chance(0.5) ? written.length : random.integer(0, 7) * SECTOR_BYTES), start);
  }

  #resize(bytes: number): void {
    const resized = new Uint8Array(bytes);
    resized.set(this.#now.subarray(0, bytes));
    this.#now = resized;
  }
}
