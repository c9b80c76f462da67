import { getSystemErrorMap } from "node:util";
import type { Disk, DiskFile, FilePath, FileStat, FolderEntry, OpenMode } from "../../../src/store/disk.ts";

/** What is called: of a disk, of an open file (`fstat` is its stat), or of a catalogue that counts along. */
export type CallName = keyof Disk | Exclude<keyof DiskFile, "fd" | "stat"> | "fstat" | "catalogue";

/** One call that is about to be made. */
export interface Call {
  /** From 1 on, over all files. */
  readonly number: number;
  readonly name: CallName;
  readonly path: FilePath;
  /** Whether it is to change what is on the disk. */
  readonly isChange: boolean;
}

/**
 * What happens to a call. `error`: the system's, instead of doing it. `late`: it is done, and then the error comes.
 * `short`: half of what is written or read, then the error. `kill`: this process ends by SIGKILL, a write half done.
 */
export type Fault =
  | { readonly kind: "error" | "late" | "short"; readonly code: string }
  | { readonly kind: "kill" }
  | undefined;

/** Decides on each call; it may wait, look, or change what is on the disk. */
export type Faults = (call: Call) => Fault | Promise<Fault>;

/** No call is hindered. */
export const noFaults: Faults = () => undefined;

/** One call has a fault, by its number. */
export const faultAt =
  (number: number, fault: Fault): Faults =>
  (call) =>
    call.number === number ? fault : undefined;

/** The n-th call that changes something has a fault. */
export function faultAtChange(number: number, fault: Fault): Faults {
  let changes = 0;
  return ({ isChange }) => (isChange && ++changes === number ? fault : undefined);
}

const CHANGES: ReadonlySet<CallName> = new Set(
  "write truncate sync makeFolder rename remove removeFile syncFolder catalogue".split(" ") as CallName[],
);

/** An error as the system gives it. */
export function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  const known = [...getSystemErrorMap()].find(([, [name]]) => name === code);
  if (known === undefined) throw new Error(`no such system error: ${code}`);
  const [errno, [, words]] = known;
  return Object.assign(new Error(`${code}: ${words}, ${syscall}`), { code, errno, syscall });
}

function killMyself(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal is on its way: nothing more may happen on this thread.
  for (;;);
}

/** How a call is made by half, and whether it is a change though its name does not say so. */
interface CallOptions {
  readonly half?: () => Promise<unknown>;
  readonly isChange?: boolean;
}

/** A disk whose every call can fail. It counts calls; open files count on. */
export class FaultyDisk implements Disk {
  readonly #disk: Disk;
  readonly #calls: Call[] = [];
  readonly #struck: Call[] = [];
  #openFiles = 0;
  faults: Faults;

  constructor(disk: Disk, faults: Faults = noFaults) {
    this.#disk = disk;
    this.faults = faults;
  }

  /** Calls made so far. */
  get calls(): readonly Call[] {
    return this.#calls;
  }

  /** Those that had a fault. */
  get struck(): readonly Call[] {
    return this.#struck;
  }

  /** Files that were opened and not closed. */
  get openFiles(): number {
    return this.#openFiles;
  }

  /** Makes a call, or does to it what the plan says. */
  async do<Result>(
    name: CallName,
    path: FilePath,
    action: () => Promise<Result>,
    { half, isChange = CHANGES.has(name) }: CallOptions = {},
  ): Promise<Result> {
    const call: Call = { number: this.#calls.length + 1, name, path, isChange };
    this.#calls.push(call);
    const fault = await this.faults(call);
    if (fault === undefined) return action();
    this.#struck.push(call);
    if (fault.kind !== "error" && fault.kind !== "late") await half?.();
    if (fault.kind === "kill") return killMyself();
    // A descriptor is gone whatever close says.
    if (fault.kind === "late" || name === "close") await action();
    throw systemError(fault.code, name);
  }

  async open(path: FilePath, mode: OpenMode): Promise<DiskFile> {
    const isChange = mode === "create" || mode === "create-private";
    const file = await this.do("open", path, () => this.#disk.open(path, mode), { isChange });
    this.#openFiles++;
    return new FaultyFile(this, file, path, () => this.#openFiles--);
  }

  stat(path: FilePath): Promise<FileStat | undefined> {
    return this.do("stat", path, () => this.#disk.stat(path));
  }

  realPath(path: FilePath): Promise<FilePath> {
    return this.do("realPath", path, () => this.#disk.realPath(path));
  }

  list(folder: FilePath): Promise<FolderEntry[]> {
    return this.do("list", folder, () => this.#disk.list(folder));
  }

  makeFolder(path: FilePath): Promise<void> {
    return this.do("makeFolder", path, () => this.#disk.makeFolder(path));
  }

  rename(from: FilePath, to: FilePath): Promise<void> {
    return this.do("rename", to, () => this.#disk.rename(from, to));
  }

  remove(path: FilePath): Promise<void> {
    return this.do("remove", path, () => this.#disk.remove(path));
  }

  removeFile(path: FilePath): Promise<void> {
    return this.do("removeFile", path, () => this.#disk.removeFile(path));
  }

  syncFolder(path: FilePath): Promise<void> {
    return this.do("syncFolder", path, () => this.#disk.syncFolder(path));
  }

  freeBytes(path: FilePath): Promise<number> {
    return this.do("freeBytes", path, () => this.#disk.freeBytes(path));
  }
}

class FaultyFile implements DiskFile {
  readonly #disk: FaultyDisk;
  readonly #file: DiskFile;
  readonly #path: FilePath;
  readonly #closed: () => void;

  constructor(disk: FaultyDisk, file: DiskFile, path: FilePath, closed: () => void) {
    this.#disk = disk;
    this.#file = file;
    this.#path = path;
    this.#closed = closed;
  }

  get fd(): number {
    return this.#file.fd;
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#disk.do("read", this.#path, () => this.#file.read(buffer, position), {
      half: () => this.#file.read(buffer.subarray(0, buffer.length >> 1), position),
    });
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return this.#disk.do("write", this.#path, () => this.#file.write(bytes, position), {
      half: () => this.#file.write(bytes.subarray(0, bytes.length >> 1), position),
    });
  }

  truncate(bytes: number): Promise<void> {
    return this.#disk.do("truncate", this.#path, () => this.#file.truncate(bytes));
  }

  sync(): Promise<void> {
    return this.#disk.do("sync", this.#path, () => this.#file.sync());
  }

  stat(): Promise<FileStat> {
    return this.#disk.do("fstat", this.#path, () => this.#file.stat());
  }

  async close(): Promise<void> {
    this.#closed();
    await this.#disk.do("close", this.#path, () => this.#file.close());
  }
}
