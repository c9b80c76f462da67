import type { Stamp } from "./stamp.ts";

/** A path as the system has it: text, or its bytes where they are no UTF-8. */
export type FilePath = string | Buffer;

/** What is at a path. */
export interface FileStat extends Stamp {
  /** The disk it is on, until the machine is started anew. */
  readonly device: bigint;
  readonly kind: "file" | "folder" | "link" | "other";
}

/** One entry of a folder: its name as text, or its bytes where they are no UTF-8. */
export interface FolderEntry {
  readonly name: FilePath;
  readonly kind: FileStat["kind"];
}

/** An open file. */
export interface DiskFile {
  /** The process's descriptor, for a hash worker. */
  readonly fd: number;
  /** Fills `buffer` from `position` on. @returns the bytes read, fewer only at the file's end */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes the file so many bytes long; new ones are a hole. */
  truncate(bytes: number): Promise<void>;
  /** Returns when everything written is on the disk. One that failed must not be tried again: what it was about may be lost. */
  sync(): Promise<void>;
  stat(): Promise<FileStat>;
  close(): Promise<void>;
}

/** What a file is opened for. */
export type OpenMode = "read" | "create" | "create-private" | "update";

/**
 * Every call that the store makes to the disk, but for the catalogue's own. Methods reject with the system's error
 * (`code`: ENOENT, ENOSPC, EIO, …); `node-disk.ts` is the real one, and faults are planted here.
 */
export interface Disk {
  /**
   * `read` an old file, `create` one that must not be there yet (`create-private`: for nobody else to read), or
   * `update` an old one. Only `read` follows a link.
   */
  open(path: FilePath, mode: OpenMode): Promise<DiskFile>;
  /** Without following a link. `undefined`: nothing is there. */
  stat(path: FilePath): Promise<FileStat | undefined>;
  /** The absolute path without any link in it. Rejects where nothing is. */
  realPath(path: FilePath): Promise<FilePath>;
  /** In no order. */
  list(folder: FilePath): Promise<FolderEntry[]>;
  /** Makes one folder, whose parent is there and which is not. */
  makeFolder(path: FilePath): Promise<void>;
  rename(from: FilePath, to: FilePath): Promise<void>;
  /** Removes a file, or a folder with everything in it. What is not there is removed already. */
  remove(path: FilePath): Promise<void>;
  /** Removes one file, never a folder. What is not there is removed already. */
  removeFile(path: FilePath): Promise<void>;
  /** Returns when a folder's names are on the disk: what was made, renamed or removed in it. */
  syncFolder(path: FilePath): Promise<void>;
  /** Bytes free to this process on the disk that holds `path`. */
  freeBytes(path: FilePath): Promise<number>;
}
