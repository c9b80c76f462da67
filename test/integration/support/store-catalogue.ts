import { CardumeError } from "../../../src/core/errors.ts";
import type { Catalogue } from "../../../src/store/catalogue.ts";
import type { FaultyDisk } from "../../unit/support/faulty-disk.ts";
import { WrappedCatalogue } from "../../unit/support/wrapped-catalogue.ts";

/** A catalogue whose writes are among the calls of a faulty disk; its errors are those of a catalogue. */
export class FaultyCatalogue extends WrappedCatalogue {
  readonly #disk: FaultyDisk;
  readonly close: () => Promise<void>;
  #failed: CardumeError | undefined;

  constructor(catalogue: Catalogue, disk: FaultyDisk, close: () => Promise<void> = () => catalogue.close()) {
    super(catalogue);
    this.#disk = disk;
    this.close = close;
  }

  protected async write(method: string, action: () => Promise<void>): Promise<void> {
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
