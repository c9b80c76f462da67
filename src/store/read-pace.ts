import { statfs } from "node:fs/promises";
import { monotonicMs } from "../runtime/clock.ts";

/** A read that took no longer than this came from memory, or from a disk as fast, in ms. */
const QUICK_MS = 2;
/** So many quick ones in a row, and the next ones are made at once. */
const QUICK_READS = 8;
/** One made at once that took this long was a disk's: the next ones are made elsewhere again, in ms. */
const SLOW_MS = 8;

/** File systems of this machine's own disks and memory, by their numbers in Linux: ext, XFS, Btrfs, F2FS, tmpfs, overlay, ZFS. */
const LOCAL_TYPES = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994, 0x794c7630, 0x2fc12fc1]);

/**
 * Whether a file's reads are made at once, in the thread that asks, or in one of the system's threads: that costs two
 * changes of threads, a third of a read from memory, but a disk that has to think holds nobody up. Files of another
 * machine are never read at once: it may not answer for minutes.
 */
export class ReadPace {
  #quick: number;

  /** @param isLocal whether the file is on a disk of this machine */
  constructor(isLocal: boolean) {
    this.#quick = isLocal ? 0 : -Infinity;
  }

  /** Whether the next read is made at once. */
  get isAtOnce(): boolean {
    return this.#quick >= QUICK_READS;
  }

  /** A read, or a look at the file, began then and has ended now. */
  took(startedAtMs: number): void {
    const tookMs = monotonicMs() - startedAtMs;
    if (tookMs > (this.isAtOnce ? SLOW_MS : QUICK_MS)) this.#quick = Math.min(0, this.#quick);
    else this.#quick++;
  }
}

/** Whether a path is on a disk of this machine, as far as the system says. */
export async function isOnLocalDisk(path: string | Buffer): Promise<boolean> {
  try {
    return LOCAL_TYPES.has((await statfs(path)).type);
  } catch {
    return false;
  }
}
