import { CardumeError } from "../core/errors.ts";
import type { ReadMedia } from "./adder.ts";
import type { Catalogue } from "./catalogue.ts";
import { dataFolder } from "./data-folder.ts";
import type { Disk } from "./disk.ts";
import { onDisk } from "./disk-errors.ts";
import { HashPool } from "./hash-pool.ts";
import type { Hasher } from "./hasher.ts";
import { Library } from "./library.ts";
import { libraryKey } from "./library-key.ts";
import { acquireLibraryLock, type LibraryLock } from "./library-lock.ts";
import { nodeDisk } from "./node-disk.ts";
import { readHeld } from "./read-held.ts";
import { type Reconciled, reconcile } from "./reconcile.ts";
import { Space } from "./space.ts";
import { openCatalogue } from "./sqlite-catalogue.ts";
import { VideoFolders } from "./video-folders.ts";

/** How a library is opened. */
export interface OpenOptions {
  /** The data folder; else `CARDUME_DATA`, else the system's place for it. It is made when it is not there. */
  readonly folder?: string | undefined;
  /** Whether it has to be there already: nothing is made, and `library-missing` thrown, when it is not. */
  readonly mustExist?: boolean | undefined;
  /** What for, as another process is told that wants it meanwhile. */
  readonly what?: string | undefined;
  /** Stops the opening, when a lost catalogue makes it long. */
  readonly signal?: AbortSignal | undefined;
  /** Told of what is mended while opening: a catalogue that is made again from the videos' folders. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

/** What a library stands on; the machine's own unless told. */
export interface Foundations {
  readonly disk?: Disk;
  readonly hasher?: Hasher;
  readonly catalogue?: (folder: string) => Promise<Catalogue>;
  readonly lock?: (folder: string, what: string) => Promise<LibraryLock>;
  readonly readMedia?: ReadMedia;
  readonly wallClockMs?: () => number;
  /** Called when the library is closed. */
  readonly onClose?: () => Promise<void>;
}

const NO_MEDIA: ReadMedia = () => Promise.resolve(undefined);

/**
 * Opens a library, and makes its catalogue agree with what is on the disk.
 * @throws CardumeError `library-missing`, `library-held`, `data-folder-refused`, `library-too-new`, `key-invalid`, `disk-…`, `catalogue-failed`;
 * the abort signal's reason
 */
export async function openStore(options: OpenOptions = {}, foundations: Foundations = {}): Promise<Library> {
  const folder = dataFolder(options.folder);
  const { disk = nodeDisk, lock: takeLock = acquireLibraryLock } = foundations;
  if (options.mustExist === true && (await disk.stat(folder).catch(() => undefined)) === undefined)
    throw new CardumeError("library-missing", `there is no library in ${folder}: cardume add makes one`, {
      exitCode: 3,
    });
  const lock = await takeLock(folder, options.what ?? "a program");
  const undo: (() => Promise<unknown>)[] = [() => lock.release()];
  try {
    const notice = options.onNotice ?? ((): void => {});
    const catalogue = await (foundations.catalogue?.(folder) ?? openSqlite(folder, notice));
    undo.unshift(() => catalogue.close());
    const hasher = foundations.hasher ?? new HashPool();
    undo.unshift(() => hasher.close());
    const { readMedia = NO_MEDIA, wallClockMs = Date.now, onClose } = foundations;
    const folders = new VideoFolders(disk, folder);
    const release = async (): Promise<void> => {
      await onClose?.();
      await lock.release();
    };
    return await onDisk(`cannot use the library in ${folder}`, async () => {
      const key = await libraryKey(disk, folder);
      await folders.prepare(folder);
      const space = new Space(disk, folder);
      const mended = await reconcile({
        disk,
        folders,
        catalogue,
        key,
        readHeld: (row, number, count) => {
          notice(`reading what is held: video ${number} of ${count}`);
          return readHeld({ disk, folders, hasher, space }, row, wallClockMs(), options.signal);
        },
      });
      if (key.isNew && (await catalogue.list({ limit: 1 })).length > 0)
        notice(
          "the library's key was gone: it has a new one, and so another identity (put the old one back if you can)",
        );
      tell(mended, notice);
      const parts = { folder, disk, folders, catalogue, hasher, key, readMedia, space, wallClockMs, release };
      return new Library(parts, mended);
    });
  } catch (error) {
    await foundations.onClose?.();
    for (const one of undo) await one().catch(() => {});
    throw error;
  }
}

async function openSqlite(folder: string, notice: (text: string) => void): Promise<Catalogue> {
  const { catalogue, state, movedTo } = await openCatalogue({ folder });
  if (state === "damaged")
    notice(`the catalogue was damaged: it is made again from the videos' folders (the old one is ${movedTo})`);
  return catalogue;
}

function tell({ adopted, unsound }: Reconciled, notice: (text: string) => void): void {
  if (adopted.length > 0) notice(`put back into the catalogue, from the videos' folders: ${adopted.length}`);
  for (const id of unsound)
    notice(`the manifest of video ${Buffer.from(id).toString("hex")} is damaged: add its file again`);
}
