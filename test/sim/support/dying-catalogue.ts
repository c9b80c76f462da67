import type { VirtualDisk } from "../../../sim/disk/virtual-disk.ts";
import type { Catalogue, Holding, NewVideoRow, VideoQuery, VideoRow } from "../../../src/store/catalogue.ts";
import type { FilePath } from "../../../src/store/disk.ts";
import type { MemoryCatalogue } from "../../../src/store/memory-catalogue.ts";

/**
 * A catalogue that survives power cuts as SQLite does: what was answered is there, what was not may be. It dies with
 * its disk: before a write, or between the write and its answer.
 */
export class DyingCatalogue implements Catalogue {
  readonly #disk: VirtualDisk;
  readonly #kept: MemoryCatalogue;

  constructor(disk: VirtualDisk, kept: MemoryCatalogue) {
    this.#disk = disk;
    this.#kept = kept;
  }

  put(row: NewVideoRow, held: Uint8Array): Promise<void> {
    return this.#write(() => this.#kept.put(row, held));
  }

  hold(holding: Holding): Promise<void> {
    return this.#write(() => this.#kept.hold(holding));
  }

  remove(id: Uint8Array): Promise<void> {
    return this.#write(() => this.#kept.remove(id));
  }

  get(id: Uint8Array): Promise<VideoRow | undefined> {
    return this.#kept.get(id);
  }

  held(id: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#kept.held(id);
  }

  list(query?: VideoQuery): Promise<VideoRow[]> {
    return this.#kept.list(query);
  }

  byPrefix(hexDigits: string, limit: number): Promise<VideoRow[]> {
    return this.#kept.byPrefix(hexDigits, limit);
  }

  byTitle(title: string, limit: number): Promise<VideoRow[]> {
    return this.#kept.byTitle(title, limit);
  }

  bySource(path: FilePath): Promise<VideoRow | undefined> {
    return this.#kept.bySource(path);
  }

  ids(): Promise<Uint8Array[]> {
    return this.#kept.ids();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #write(action: () => Promise<void>): Promise<void> {
    await this.#disk.freeBytes();
    await action();
    await this.#disk.freeBytes();
  }
}
