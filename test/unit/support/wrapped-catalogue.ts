import type { Catalogue, Holding, NewVideoRow, VideoQuery, VideoRow } from "../../../src/store/catalogue.ts";
import type { FilePath } from "../../../src/store/disk.ts";

/** A catalogue over another: questions pass, and every write goes through one place, where a test makes it fail. */
export abstract class WrappedCatalogue implements Catalogue {
  protected readonly inner: Catalogue;

  constructor(inner: Catalogue) {
    this.inner = inner;
  }

  /** Does one write, or not. @param method its name */
  protected abstract write(method: string, action: () => Promise<void>): Promise<void>;

  abstract close(): Promise<void>;

  put(row: NewVideoRow, held: Uint8Array): Promise<void> {
    return this.write("put", () => this.inner.put(row, held));
  }

  hold(holding: Holding): Promise<void> {
    return this.write("hold", () => this.inner.hold(holding));
  }

  remove(id: Uint8Array): Promise<void> {
    return this.write("remove", () => this.inner.remove(id));
  }

  get(id: Uint8Array): Promise<VideoRow | undefined> {
    return this.inner.get(id);
  }

  held(id: Uint8Array): Promise<Uint8Array | undefined> {
    return this.inner.held(id);
  }

  list(query?: VideoQuery): Promise<VideoRow[]> {
    return this.inner.list(query);
  }

  byPrefix(hexDigits: string, limit: number): Promise<VideoRow[]> {
    return this.inner.byPrefix(hexDigits, limit);
  }

  byTitle(title: string, limit: number): Promise<VideoRow[]> {
    return this.inner.byTitle(title, limit);
  }

  bySource(path: FilePath): Promise<VideoRow | undefined> {
    return this.inner.bySource(path);
  }

  ids(): Promise<Uint8Array[]> {
    return this.inner.ids();
  }
}
