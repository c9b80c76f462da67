import type { VirtualDisk } from "../../../sim/disk/virtual-disk.ts";
import type { MemoryCatalogue } from "../../../src/store/memory-catalogue.ts";
import { WrappedCatalogue } from "../../unit/support/wrapped-catalogue.ts";

/**
 * A catalogue that survives power cuts as SQLite does: what was answered is there, what was not may be. It dies with
 * its disk: before a write, or between the write and its answer.
 */
export class DyingCatalogue extends WrappedCatalogue {
  readonly #disk: VirtualDisk;

  constructor(disk: VirtualDisk, kept: MemoryCatalogue) {
    super(kept);
    this.#disk = disk;
  }

  /** What is kept outlives it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  protected async write(_method: string, action: () => Promise<void>): Promise<void> {
    await this.#disk.freeBytes();
    await action();
    await this.#disk.freeBytes();
  }
}
