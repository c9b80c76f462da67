import type { Disk, FilePath, FileStat, FolderEntry } from "../../../src/store/disk.ts";
import { keyOf } from "../../../src/store/file-path.ts";

/** What a folder of a {@link treeDisk} holds: a file's size, a folder, or anything else by its kind. */
export type Tree = ReadonlyMap<FilePath, number | Tree | "link" | "other" | Error>;

/** A folder from an object, or from pairs where names are bytes. */
export const tree = (entries: Record<string, number | Tree | "link" | "other" | Error> | Tree): Tree =>
  entries instanceof Map ? (entries as Tree) : new Map(Object.entries(entries));

/** The calls that finding files makes, answered from memory; an error in the tree is what looking at it gives. */
export function treeDisk(root: Tree): Disk {
  const inodes = new Map<unknown, bigint>();
  const inodeOf = (what: unknown): bigint => {
    const inode = inodes.get(what) ?? BigInt(inodes.size + 1);
    inodes.set(what, inode);
    return inode;
  };
  const at = (path: FilePath): number | Tree | "link" | "other" | Error | undefined => {
    let here: ReturnType<typeof at> = root;
    for (const part of partsOf(path)) {
      if (!(here instanceof Map)) return undefined;
      here = new Map([...here].map(([name, what]) => [keyOf(name), what])).get(part);
    }
    return here;
  };
  const stat = (path: FilePath): FileStat | undefined => {
    const what = at(path);
    if (what === undefined) return undefined;
    if (what instanceof Error) throw what;
    const key = what instanceof Map ? what : keyOf(path);
    return { kind: kindOf(what), bytes: Number(what) || 0, mtimeNs: 0n, inode: inodeOf(key), device: 1n };
  };
  const list = (folder: FilePath): FolderEntry[] => {
    const what = at(folder);
    if (what instanceof Error) throw what;
    if (!(what instanceof Map)) throw Object.assign(new Error("no such folder"), { code: "ENOENT" });
    // An error shows only to who looks closer.
    return [...what].map(([name, inside]) => ({ name, kind: inside instanceof Error ? "folder" : kindOf(inside) }));
  };
  const disk: Pick<Disk, "stat" | "list"> = {
    stat: (path) => new Promise((resolve) => resolve(stat(path))),
    list: (folder) => new Promise((resolve) => resolve(list(folder))),
  };
  return disk as Disk;
}

const kindOf = (what: number | Tree | "link" | "other" | Error): FileStat["kind"] => {
  if (typeof what === "number") return "file";
  return what === "link" || what === "other" ? what : "folder";
};

function partsOf(path: FilePath): string[] {
  if (typeof path === "string") return path.split("/").filter((part) => part !== "");
  // Bytes that are UTF-8 by themselves are a text, as in a listing.
  return path
    .toString("latin1")
    .split("/")
    .filter((part) => part !== "")
    .map((part) => {
      const bytes = Buffer.from(part, "latin1");
      return Buffer.from(bytes.toString()).equals(bytes) ? bytes.toString() : keyOf(bytes);
    });
}
