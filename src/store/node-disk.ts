import * as fs from "node:fs";
import { promisify } from "node:util";
import { assert } from "../core/errors.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { syncFolder } from "../runtime/sync-folder.ts";
import type { Disk, DiskFile, FileStat, FolderEntry, OpenMode } from "./disk.ts";
import { asFilePath } from "./file-path.ts";
import { isOnLocalDisk, ReadPace } from "./read-pace.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_RDWR } = fs.constants;

/** A FIFO that stands where a file was must not hold a thread for ever: hence non-blocking. */
const FLAGS = {
  read: O_RDONLY | O_NONBLOCK,
  create: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
  "create-private": O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
  update: O_RDWR | O_NOFOLLOW | O_NONBLOCK,
} as const satisfies Record<OpenMode, number>;

const openFd = promisify(fs.open);
const readFd = promisify(fs.read);
const writeFd = promisify(fs.write);
const truncateFd = promisify(fs.ftruncate);
const syncFd = promisify(fs.fsync);
const closeFd = promisify(fs.close);
const statFd = promisify(fs.fstat);

class NodeFile implements DiskFile {
  readonly #fd: number;
  readonly #pace: ReadPace;
  #isClosed = false;

  constructor(fd: number, pace: ReadPace) {
    this.#fd = fd;
    this.#pace = pace;
  }

  /** A number that was closed may be another file's by now. */
  get fd(): number {
    assert(!this.#isClosed, "an open file is used");
    return this.#fd;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < buffer.length) {
      const startedAtMs = monotonicMs();
      const bytesRead = this.#pace.isAtOnce
        ? fs.readSync(this.fd, buffer, done, buffer.length - done, position + done)
        : (await readFd(this.fd, buffer, done, buffer.length - done, position + done)).bytesRead;
      this.#pace.took(startedAtMs);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await writeFd(this.fd, bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  truncate(bytes: number): Promise<void> {
    return truncateFd(this.fd, bytes);
  }

  sync(): Promise<void> {
    return syncFd(this.fd);
  }

  async stat(): Promise<FileStat> {
    if (this.#pace.isAtOnce) return fileStat(fs.fstatSync(this.fd, { bigint: true }));
    return fileStat(await statFd(this.fd, { bigint: true }));
  }

  close(): Promise<void> {
    const { fd } = this;
    this.#isClosed = true;
    return closeFd(fd);
  }
}

function kindOf(what: fs.BigIntStats | fs.Dirent<Buffer>): FileStat["kind"] {
  if (what.isFile()) return "file";
  if (what.isDirectory()) return "folder";
  return what.isSymbolicLink() ? "link" : "other";
}

const fileStat = (stats: fs.BigIntStats): FileStat => ({
  kind: kindOf(stats),
  bytes: Number(stats.size),
  mtimeNs: stats.mtimeNs,
  inode: stats.ino,
  device: stats.dev,
});

/** The machine's disk. */
export const nodeDisk: Disk = {
  async open(path, mode) {
    const fd = await openFd(path, FLAGS[mode], mode === "create-private" ? 0o600 : 0o644);
    return new NodeFile(fd, new ReadPace(await isOnLocalDisk(path)));
  },
  async stat(path) {
    try {
      return fileStat(await fs.promises.lstat(path, { bigint: true }));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw error;
    }
  },
  async realPath(path) {
    return asFilePath(await fs.promises.realpath(path, { encoding: "buffer" }));
  },
  async list(folder): Promise<FolderEntry[]> {
    const entries = await fs.promises.readdir(folder, { encoding: "buffer", withFileTypes: true });
    return entries.map((entry) => ({ name: asFilePath(entry.name), kind: kindOf(entry) }));
  },
  async makeFolder(path) {
    await fs.promises.mkdir(path);
  },
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.rm(path, { recursive: true, force: true }),
  async removeFile(path) {
    try {
      await fs.promises.unlink(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  },
  syncFolder,
  async freeBytes(path) {
    const { bavail, bsize } = await fs.promises.statfs(path, { bigint: true });
    return Number(bavail * bsize);
  },
};
