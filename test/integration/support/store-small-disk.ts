import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempFolder } from "../../unit/support/temp-folder.ts";
import { system } from "./system.ts";

/** A disk of its own, in memory, which other programs can fill. */
export class SmallDisk {
  readonly folder: string = tempFolder();

  constructor(mebibytes: number) {
    system("mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", this.folder);
    // Before the folder is removed.
    onTestFinished(() => void system("umount", "--lazy", this.folder));
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Somebody else fills it, up to so many bytes. */
  fill(leaveBytes = 0): void {
    const other = join(this.folder, "somebody-else");
    rmSync(other, { force: true });
    const bytes = this.freeBytes - leaveBytes;
    try {
      writeFileSync(other, Buffer.alloc(bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }

  /** Somebody else removes what they had. */
  makeRoom(): void {
    rmSync(join(this.folder, "somebody-else"), { force: true });
  }
}
