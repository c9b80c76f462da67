import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { PAGE, STORE } from "../core/limits.ts";
import { onDisk } from "../store/disk-errors.ts";
import { safeFileName } from "../store/export-name.ts";

/** An upload as its client announced it. */
export interface Upload {
  /** Chosen by the client, at random: who knows it may go on with it. */
  readonly key: string;
  /** A label. */
  readonly name: string;
  readonly bytes: number;
  /** Bytes that are here. */
  readonly offset: number;
}

/**
 * Files on their way here, each in a folder of its own: `about.json` (name and size), and `part`, whose length says how
 * far it has come, also after a restart. The folder is beside the data folder, since nothing in that is ever added.
 */
export class UploadStore {
  readonly folder: string;
  readonly #clock: () => number;
  readonly #busy = new Set<string>();

  /** @param clock ms since 1970 */
  constructor(dataFolder: string, clock: () => number) {
    this.folder = `${dataFolder.replace(/[/\\]+$/, "")}-uploads`;
    this.#clock = clock;
  }

  /**
   * Begins an upload, or says how far one has come that was begun with this key.
   * @throws CardumeError `upload-other` (the key is another file's), `disk-full`, `too-many-requests`
   */
  async begin(key: string, name: string, bytes: number): Promise<Upload> {
    const known = await this.#find(key);
    if (known !== undefined) {
      if (known.bytes === bytes && known.name === name) return known;
      throw new CardumeError("upload-other", "another file is uploaded under this key");
    }
    await onUploadDisk(async () => {
      await this.#sweep();
      await this.#needRoom(2 * bytes);
      await mkdir(join(this.folder, key), { recursive: true, mode: 0o700 });
      await writeFile(join(this.folder, key, "part"), "", { mode: 0o600 });
      await writeFile(join(this.folder, key, "about.json"), JSON.stringify({ name, bytes }), { mode: 0o600 });
    });
    return { key, name, bytes, offset: 0 };
  }

  /** @throws CardumeError `upload-unknown` (exit code 3) */
  async get(key: string): Promise<Upload> {
    const upload = await this.#find(key);
    if (upload === undefined)
      throw new CardumeError("upload-unknown", "there is no such upload: begin it anew", { exitCode: 3 });
    return upload;
  }

  /**
   * Writes the next piece, as it comes. One that breaks off leaves what has come of it.
   * @param from where the client thinks it goes on
   * @throws CardumeError `upload-offset` (409: ask where to go on), `upload-busy`, `body-too-large`, `disk-full`
   */
  append(key: string, from: number, piece: AsyncIterable<Uint8Array>): Promise<Upload> {
    return this.#alone(key, async () => {
      const upload = await this.get(key);
      if (upload.offset !== from)
        throw new CardumeError("upload-offset", `it goes on at byte ${upload.offset}`, { exitCode: 1 });
      const most = Math.min(PAGE.maxUploadPieceBytes, upload.bytes - from);
      await onUploadDisk(() => this.#needRoom(most));
      const file = await onUploadDisk(() => open(join(this.folder, key, "part"), "r+"));
      let came = 0;
      try {
        for await (const bytes of piece) {
          if (came + bytes.length > most)
            throw new CardumeError("body-too-large", `at most ${most} bytes are taken here`);
          const at = from + came;
          await onUploadDisk(() => writeAll(file, bytes, at));
          came += bytes.length;
        }
      } finally {
        await file.close();
      }
      return { ...upload, offset: from + came };
    });
  }

  /**
   * Gives the whole file to be added, under a safe form of its name, and removes it when that has ended well.
   * @throws CardumeError `upload-unfinished`, `upload-busy`
   */
  async *use<Value>(key: string, add: (path: string) => AsyncGenerator<Value>): AsyncGenerator<Value> {
    if (this.#busy.has(key)) throw busy();
    this.#busy.add(key);
    try {
      const upload = await this.get(key);
      if (upload.offset < upload.bytes)
        throw new CardumeError("upload-unfinished", `${upload.bytes - upload.offset} bytes are missing`, {
          exitCode: 1,
        });
      // A folder of its own: no name can be that of another file.
      const whole = join(this.folder, key, "whole");
      const path = join(whole, safeFileName(upload.name));
      const part = join(this.folder, key, "part");
      await onUploadDisk(() => mkdir(whole, { recursive: true, mode: 0o700 }).then(() => rename(part, path)));
      let isAdded = false;
      try {
        yield* add(path);
        isAdded = true;
      } finally {
        // Who breaks off, or has no room, can try again.
        if (!isAdded) await rename(path, part).catch(() => {});
      }
      await this.#forget(key);
    } finally {
      this.#busy.delete(key);
    }
  }

  /** Takes an upload away, whatever has come of it. @throws CardumeError `upload-busy` */
  remove(key: string): Promise<void> {
    return this.#alone(key, () => this.#forget(key));
  }

  async #alone<Value>(key: string, action: () => Promise<Value>): Promise<Value> {
    if (this.#busy.has(key)) throw busy();
    this.#busy.add(key);
    try {
      return await action();
    } finally {
      this.#busy.delete(key);
    }
  }

  async #find(key: string): Promise<Upload | undefined> {
    try {
      const about: unknown = JSON.parse(await readFile(join(this.folder, key, "about.json"), "utf8"));
      const { name, bytes } = about as { readonly name: string; readonly bytes: number };
      return { key, name, bytes, offset: (await stat(join(this.folder, key, "part"))).size };
    } catch {
      return undefined;
    }
  }

  /** Removes what nobody went on with. @throws CardumeError `too-many-requests` */
  async #sweep(): Promise<void> {
    const keys = await readdir(this.folder).catch((): string[] => []);
    let left = 0;
    for (const key of keys) {
      const { mtimeMs } = await stat(join(this.folder, key, "part")).catch(() => ({ mtimeMs: -Infinity }));
      if (!this.#busy.has(key) && mtimeMs < this.#clock() - PAGE.uploadIdleMs) await this.#forget(key);
      else left++;
    }
    if (left >= PAGE.maxUploads)
      throw new CardumeError("too-many-requests", "too many files are on their way already", { exitCode: 5 });
  }

  #forget(key: string): Promise<void> {
    return rm(join(this.folder, key), { recursive: true, force: true });
  }

  /** The file, its copy in the library, and what is left free for everybody. */
  async #needRoom(bytes: number): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(this.folder);
    if (bavail * bsize >= bytes + STORE.minFreeBytes) return;
    const free = Math.max(0, bavail * bsize - STORE.minFreeBytes);
    throw new CardumeError("disk-full", `an upload of this size needs ${bytes} bytes, and ${free} are free`, {
      exitCode: 5,
    });
  }
}

const busy = (): CardumeError =>
  new CardumeError("upload-busy", "somebody is sending or adding this upload at this moment", { exitCode: 1 });

async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

const onUploadDisk = <Value>(action: () => Promise<Value>): Promise<Value> => onDisk("cannot keep the upload", action);
