import { basename } from "node:path";
import type { Disk, DiskFile, FilePath, OpenMode } from "../../src/store/disk.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";

/**
 * What is left out, to see that the test notices: names that no folder's fsync makes sure of; chunks that are marked
 * as held without an fsync of their file. ext4 hides some of it: any fsync writes its one journal, with all names that
 * were changed before; and a file that is renamed over another is written without being asked (`auto_da_alloc`).
 */
export type Flaw = "without-folder-sync" | "without-chunk-sync";

/** When the n-th call comes, before or after it is done. */
export interface AtCall {
  readonly call: number;
  readonly moment: "before" | "after";
  readonly cut: () => void;
}

/** The machine's disk, on which the power is cut at a certain call. */
export class CuttingDisk implements Disk {
  readonly #flaw: Flaw | undefined;
  #at: AtCall | undefined;
  #calls = 0;

  constructor(flaw: Flaw | undefined) {
    this.#flaw = flaw;
  }

  /** Begins to count. */
  arm(at: AtCall | undefined): void {
    this.#at = at;
    this.#calls = 0;
  }

  async open(path: FilePath, mode: OpenMode): Promise<DiskFile> {
    return this.#wrap(path, await this.#call(() => nodeDisk.open(path, mode)));
  }

  stat(path: FilePath): ReturnType<Disk["stat"]> {
    return this.#call(() => nodeDisk.stat(path));
  }

  realPath(path: FilePath): Promise<FilePath> {
    return this.#call(() => nodeDisk.realPath(path));
  }

  list(folder: FilePath): ReturnType<Disk["list"]> {
    return this.#call(() => nodeDisk.list(folder));
  }

  makeFolder(path: FilePath): Promise<void> {
    return this.#call(() => nodeDisk.makeFolder(path));
  }

  rename(from: FilePath, to: FilePath): Promise<void> {
    return this.#call(() => nodeDisk.rename(from, to));
  }

  remove(path: FilePath): Promise<void> {
    return this.#call(() => nodeDisk.remove(path));
  }

  removeFile(path: FilePath): Promise<void> {
    return this.#call(() => nodeDisk.removeFile(path));
  }

  syncFolder(path: FilePath): Promise<void> {
    return this.#call(async () => {
      if (this.#flaw !== "without-folder-sync") await nodeDisk.syncFolder(path);
    });
  }

  freeBytes(path: FilePath): Promise<number> {
    return this.#call(() => nodeDisk.freeBytes(path));
  }

  /** Reading changes nothing on the disk: only what does is counted. */
  #wrap(path: FilePath, file: DiskFile): DiskFile {
    const isSynced = this.#flaw !== "without-chunk-sync" || basename(path.toString()) !== "content";
    return {
      fd: file.fd,
      read: (buffer, position) => file.read(buffer, position),
      stat: () => file.stat(),
      close: () => file.close(),
      write: (bytes, position) => this.#call(() => file.write(bytes, position)),
      truncate: (bytes) => this.#call(() => file.truncate(bytes)),
      sync: () =>
        this.#call(async () => {
          if (isSynced) await file.sync();
        }),
    };
  }

  async #call<Result>(action: () => Promise<Result>): Promise<Result> {
    const at = ++this.#calls === this.#at?.call ? this.#at : undefined;
    if (at?.moment === "before") at.cut();
    try {
      return await action();
    } finally {
      if (at?.moment === "after") at.cut();
    }
  }
}
