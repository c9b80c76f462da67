import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import type { Disk } from "./disk.ts";
import { onDisk } from "./disk-errors.ts";

/**
 * Room on the library's disk that is promised to videos still being filled. Nothing is accepted that would not fit
 * beside what was promised before; what other programs write is their own business, and met when writing fails.
 */
export class Space {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #promised = new Map<string, () => number>();

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /**
   * Promises room for what is missing of one video, until {@link release}.
   * @param missing bytes still to be written; it goes down as they are
   * @throws CardumeError `disk-full`
   */
  async reserve(name: string, missing: () => number): Promise<void> {
    if (this.#promised.has(name)) return;
    this.#promised.set(name, missing);
    try {
      await this.#check();
    } catch (error) {
      this.#promised.delete(name);
      throw error;
    }
  }

  release(name: string): void {
    this.#promised.delete(name);
  }

  async #check(): Promise<void> {
    const free = await onDisk("cannot see how full the disk is", () => this.#disk.freeBytes(this.#folder));
    let promised = STORE.minFreeBytes;
    for (const missing of this.#promised.values()) promised += missing();
    if (free >= promised) return;
    const mebibytes = Math.ceil((promised - free) / 1_048_576);
    throw new CardumeError(
      "disk-full",
      `not enough room on the disk of ${this.#folder}: ${mebibytes} MiB more needed`,
      {
        exitCode: 5,
      },
    );
  }
}
