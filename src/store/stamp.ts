/**
 * What tells whether a file is still the one that was read: unchanged as long as all three are. The device is not among
 * them: its number may be another after a restart of the machine.
 */
export interface Stamp {
  readonly bytes: number;
  /** Last modification, in ns since 1970. */
  readonly mtimeNs: bigint;
  readonly inode: bigint;
}

/** Whether two stamps are of the same file, unchanged in between. */
export const sameStamp = (one: Stamp, other: Stamp): boolean =>
  one.bytes === other.bytes && one.mtimeNs === other.mtimeNs && one.inode === other.inode;
