import { CardumeError } from "../../../src/core/errors.ts";
import type { Catalogue, Holding, NewVideoRow, VideoQuery, VideoRow } from "../../../src/store/catalogue.ts";
import type { FilePath } from "../../../src/store/disk.ts";
import type { FaultyDisk } from "../../unit/support/faulty-disk.ts";

/** A catalogue whose writes are among the calls of a faulty disk; its errors are those of a catalogue. */
export class FaultyCatalogue implements Catalogue {
  readonly #catalogue: Catalogue;
  readonly #disk: FaultyDisk;
  readonly close: () => Promise<void>;
  #failed: CardumeError | undefined;

  constructor(catalogue: Catalogue, disk: FaultyDisk, close: () => Promise<void> = () => catalogue.close()) {
    this.#catalogue = catalogue;
    this.#disk = disk;
    this.close = close;
  }

  put(row: NewVideoRow, held: Uint8Array): Promise<void> {
    return this.#write("put", () => this.#catalogue.put(row, held));
  }

  hold(holding: Holding): Promise<void> {
    return this.#write("hold", () => this.#catalogue.hold(holding));
  }

  remove(id: Uint8Array): Promise<void> {
    return this.#write("remove", () => this.#catalogue.remove(id));
  }

  get(id: Uint8Array): Promise<VideoRow | undefined> {
    return this.#catalogue.get(id);
  }

  held(id: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#catalogue.held(id);
  }

  list(query?: VideoQuery): Promise<VideoRow[]> {
    return this.#catalogue.list(query);
  }

  byPrefix(hexDigits: string, limit: number): Promise<VideoRow[]> {
    return this.#catalogue.byPrefix(hexDigits, limit);
  }

  byTitle(title: string, limit: number): Promise<VideoRow[]> {
    return this.#catalogue.byTitle(title, limit);
  }

  bySource(path: FilePath): Promise<VideoRow | undefined> {
    return this.#catalogue.bySource(path);
  }

  ids(): Promise<Uint8Array[]> {
    return this.#catalogue.ids();
  }

  async #write(method: string, action: () => Promise<void>): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    try {
      await this.#disk.do("catalogue", method, action);
    } catch (error) {
      if (error instanceof CardumeError) throw error;
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw new CardumeError("disk-full", "planted");
      // As the real one: after a failed write nothing more is written.
      this.#failed = new CardumeError("catalogue-failed", "planted");
      throw this.#failed;
    }
  }
}
