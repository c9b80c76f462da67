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
  #last: Promise<void> = Promise.resolve();

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /**
   * Promises room for what is missing of one video, until {@link release}.
   * @param missing bytes still to be written; it goes down as they are
   * @throws CardumeError `disk-full`
   */
  reserve(name: string, missing: () => number): Promise<void> {
    // One after the other: what is about to be refused must not get others refused.
    const turn = this.#last.then(() => this.#reserve(name, missing));
    this.#last = turn.catch(() => {});
    return turn;
  }

  release(name: string): void {
    this.#promised.delete(name);
  }

  async #reserve(name: string, missing: () => number): Promise<void> {
    if (this.#promised.has(name)) return;
    const free = await onDisk("cannot see how full the disk is", () => this.#disk.freeBytes(this.#folder));
    let promised = STORE.minFreeBytes + missing();
    for (const other of this.#promised.values()) promised += other();
    if (free >= promised) {
      this.#promised.set(name, missing);
      return;
    }
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
