import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type Address, formatAddress, formatIp } from "../core/wire/address.ts";

/** `255.255.255.255:65535 - 65535\n` */
const LONGEST_LINE_BYTES = 30;
/** Lines are written in pieces of this size, … */
const FLUSH_BYTES = 64 * 1024;
/** … and after this long, so that a slow fetch that is killed has its lines all the same. */
const FLUSH_MS = 500;

/**
 * The log of the assignment, `output-<client ip>.log`: one line a chunk in order of arrival, `peerIP:peerPort - id`,
 * and at the end `0.0.0.0:0 - id` for each that did not come.
 *
 * Its space is taken at the start, as empty lines, so that a disk filled by chunks still has a place for the log.
 */
export class ChunkLog {
  readonly path: string;
  readonly #file: FileHandle;
  #text = "";
  #lastFrom: Address | undefined;
  #lastName = "";
  #position = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Creates the log in a folder, for a client at this IPv4 address that wants so many chunks. Rejects as files do. */
  static async create(folder: string, clientIp: number, chunks: number): Promise<ChunkLog> {
    const path = join(folder, `output-${formatIp(clientIp)}.log`);
    const file = await open(path, "w");
    try {
      // A nearly full disk takes a part without an error; the next write has it.
      const space = Buffer.alloc(chunks * LONGEST_LINE_BYTES, "\n");
      for (let at = 0; at < space.length; ) at += (await file.write(space, at)).bytesWritten;
    } catch (error) {
      await file.close();
      throw error;
    }
    return new ChunkLog(path, file);
  }

  /** Notes a chunk's arrival. */
  arrived(from: Address, id: number): void {
    if (from !== this.#lastFrom) {
      this.#lastFrom = from;
      this.#lastName = formatAddress(from);
    }
    this.#add(`${this.#lastName} - ${id}\n`);
  }

  /** Notes what did not come, and closes the log. Rejects when a line could not be written. */
  async finish(missing: readonly number[]): Promise<void> {
    for (const id of missing) this.#add(`0.0.0.0:0 - ${id}\n`);
    this.#flush();
    try {
      await this.#writing;
      if ((await this.#file.stat()).isFile()) await this.#file.truncate(this.#position);
    } finally {
      await this.#file.close();
    }
  }

  #add(line: string): void {
    if (this.#text === "") this.#timer = setTimeout(() => this.#flush(), FLUSH_MS);
    this.#text += line;
    if (this.#text.length >= FLUSH_BYTES) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text, "latin1");
    const position = this.#position;
    clearTimeout(this.#timer);
    this.#text = "";
    this.#position += bytes.length;
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < bytes.length; )
        at += (await this.#file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
    });
    this.#writing.catch(() => {}); // reported by finish
  }
}
