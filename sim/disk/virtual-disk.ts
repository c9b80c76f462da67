import type { Disk, DiskFile, FileStat, FolderEntry, OpenMode } from "../../src/store/disk.ts";
import type { Random } from "../random.ts";
import { VirtualFile } from "./virtual-file.ts";
import { type NameChange, VirtualFolder, type VirtualNode } from "./virtual-folder.ts";

/** What a test does to a virtual disk. */
export interface DiskPlan {
  /** From this call on (counted from 1) nothing ever answers: the machine is off. */
  readonly diesAtCall?: number;
  /** Called then. */
  readonly onDeath?: () => void;
  /** Calls that lie: they say that something is on the disk, and it is not. */
  readonly lies?: "sync" | "sync-folder";
}

const NEVER = new Promise<never>(() => {});

/**
 * A disk in memory that is as cruel as disks may be: what was not synced is there, or not, or half, after a power cut,
 * in any order, and a file whose name was not synced is gone whatever it was. Renaming alone is all or nothing.
 */
export class VirtualDisk implements Disk {
  /** Calls made. */
  calls = 0;
  readonly #root: VirtualFolder;
  #plan: DiskPlan = {};
  #changes: NameChange[] = [];
  #clock = 1n;
  #inodes = 1n;
  #generation = 0;

  constructor() {
    this.#root = new VirtualFolder(0n);
  }

  /** What happens from now on; calls are counted anew. */
  plan(plan: DiskPlan): void {
    this.#plan = plan;
    this.calls = 0;
  }

  /** Power comes back: the disk is as a power cut leaves it, and answers again. Handles from before are dead. */
  cut(random: Random): void {
    this.#generation++;
    this.#plan = {};
    const inOrder = random.chance(0.5);
    const until = random.integer(0, this.#changes.length);
    for (const [index, change] of this.#changes.entries())
      if (inOrder ? index < until : random.chance(0.5)) change.apply((folder) => folder.safe);
    this.#changes = [];
    this.#settle(this.#root, random);
  }

  open(path: string, mode: OpenMode): Promise<DiskFile> {
    return this.#call(() => {
      const { folder, name } = this.#parentOf(path);
      const there = folder.names.get(name);
      if (mode.startsWith("create")) {
        if (there !== undefined) throw systemError("EEXIST", "open", path);
        const file = new VirtualFile(this.#inodes++, this.#clock++);
        this.#change({ folders: [folder], apply: (namesOf) => void namesOf(folder).set(name, file) });
        return this.#handle(file);
      }
      if (there === undefined) throw systemError("ENOENT", "open", path);
      if (there.kind === "folder") throw systemError("EISDIR", "open", path);
      return this.#handle(there);
    });
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#call(() => {
      const node = this.#find(path);
      return node === undefined ? undefined : statOf(node);
    });
  }

  list(path: string): Promise<FolderEntry[]> {
    return this.#call(() => [...this.#folder(path).names].map(([name, { kind }]) => ({ name, kind })));
  }

  makeFolder(path: string): Promise<void> {
    return this.#call(() => {
      const { folder, name } = this.#parentOf(path);
      if (folder.names.has(name)) throw systemError("EEXIST", "mkdir", path);
      const made = new VirtualFolder(this.#inodes++);
      this.#change({ folders: [folder], apply: (namesOf) => void namesOf(folder).set(name, made) });
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call(() => {
      const [old, fresh] = [this.#parentOf(from), this.#parentOf(to)];
      const node = old.folder.names.get(old.name);
      if (node === undefined) throw systemError("ENOENT", "rename", from);
      const there = fresh.folder.names.get(fresh.name);
      if (there?.kind === "folder" && there.names.size > 0) throw systemError("ENOTEMPTY", "rename", to);
      const apply = (namesOf: (folder: VirtualFolder) => Map<string, VirtualNode>): void => {
        namesOf(old.folder).delete(old.name);
        namesOf(fresh.folder).set(fresh.name, node);
      };
      this.#change({ folders: [old.folder, fresh.folder], apply });
    });
  }

  remove(path: string): Promise<void> {
    return this.#call(() => {
      if (this.#find(path) === undefined) return;
      const { folder, name } = this.#parentOf(path);
      this.#change({ folders: [folder], apply: (namesOf) => void namesOf(folder).delete(name) });
    });
  }

  removeFile(path: string): Promise<void> {
    if (this.#find(path)?.kind === "folder") throw systemError("EISDIR", "unlink", path);
    return this.remove(path);
  }

  syncFolder(path: string): Promise<void> {
    return this.#call(() => {
      const folder = this.#folder(path);
      if (this.#plan.lies === "sync-folder") return;
      const isItsOwn = (change: NameChange): boolean => change.folders.includes(folder);
      for (const change of this.#changes.filter(isItsOwn)) change.apply((one) => one.safe);
      this.#changes = this.#changes.filter((change) => !isItsOwn(change));
    });
  }

  realPath(path: string): Promise<string> {
    return this.#call(() => {
      if (this.#find(path) === undefined) throw systemError("ENOENT", "realpath", path);
      return path;
    });
  }

  freeBytes(): Promise<number> {
    return this.#call(() => 1e12);
  }

  /** Every path, folders with a slash behind them. */
  paths(): string[] {
    const below = (folder: VirtualFolder, before: string): string[] =>
      [...folder.names].flatMap(([name, node]) =>
        node.kind === "folder" ? [`${before}/${name}/`, ...below(node, `${before}/${name}`)] : [`${before}/${name}`],
      );
    return below(this.#root, "");
  }

  /** A call that dies with the machine, at once or while others are under way. */
  async #call<Result>(action: () => Result): Promise<Result> {
    const generation = this.#generation;
    this.calls++;
    const { diesAtCall = Infinity, onDeath } = this.#plan;
    if (this.calls === diesAtCall) onDeath?.();
    if (this.calls >= diesAtCall || generation !== this.#generation) return NEVER;
    const result = action();
    await Promise.resolve();
    return generation === this.#generation ? result : NEVER;
  }

  #handle(file: VirtualFile): DiskFile {
    const generation = this.#generation;
    let isClosed = false;
    const call = <Result>(action: () => Result): Promise<Result> => {
      if (isClosed) throw systemError("EBADF", "read", "a closed file");
      return generation === this.#generation ? this.#call(action) : NEVER;
    };
    return {
      fd: -1,
      read: (buffer, position) => call(() => file.read(buffer, position)),
      write: (bytes, position) => call(() => file.write(bytes, position, this.#clock++)),
      truncate: (bytes) => call(() => file.truncate(bytes, this.#clock++)),
      sync: () => call(() => (this.#plan.lies === "sync" ? undefined : file.sync())),
      stat: () => call(() => statOf(file)),
      close: () => {
        const closed = call(() => {});
        isClosed = true;
        return closed;
      },
    };
  }

  #change(change: NameChange): void {
    change.apply((folder) => folder.names);
    this.#changes.push(change);
  }

  /** What is on the disk is what there is; what has no name there is gone. */
  #settle(folder: VirtualFolder, random: Random): void {
    folder.names.clear();
    for (const [name, node] of folder.safe) {
      folder.names.set(name, node);
      if (node.kind === "folder") this.#settle(node, random);
      else node.cut(random);
    }
  }

  #find(path: string): VirtualNode | undefined {
    let node: VirtualNode | undefined = this.#root;
    for (const name of path.split("/").filter((part) => part !== ""))
      node = node?.kind === "folder" ? node.names.get(name) : undefined;
    return node;
  }

  #folder(path: string): VirtualFolder {
    const node = this.#find(path);
    if (node?.kind !== "folder") throw systemError(node === undefined ? "ENOENT" : "ENOTDIR", "scandir", path);
    return node;
  }

  #parentOf(path: string): { folder: VirtualFolder; name: string } {
    const slash = path.lastIndexOf("/");
    return { folder: this.#folder(path.slice(0, slash)), name: path.slice(slash + 1) };
  }
}

const statOf = ({ kind, bytes, mtimeNs, inode }: VirtualNode): FileStat => ({
  kind,
  bytes,
  mtimeNs,
  inode,
  device: 1n,
});

const systemError = (code: string, syscall: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall });
