import type { VirtualFile } from "./virtual-file.ts";

/** A folder of a virtual disk: its names as a program sees them, and as they are sure to be after a power cut. */
export class VirtualFolder {
  readonly kind = "folder";
  readonly inode: bigint;
  readonly mtimeNs: bigint = 0n;
  readonly bytes = 0;
  readonly names: Map<string, VirtualNode> = new Map();
  /** The names on the disk. */
  safe: Map<string, VirtualNode> = new Map();

  constructor(inode: bigint) {
    this.inode = inode;
  }
}

/** What a name stands for. */
export type VirtualNode = VirtualFile | VirtualFolder;

/** One change of names that is not sure yet: all of it happens, or nothing. */
export interface NameChange {
  readonly folders: readonly VirtualFolder[];
  apply(namesOf: (folder: VirtualFolder) => Map<string, VirtualNode>): void;
}
