import type { Duplex } from "node:stream";
import { HLS } from "../../core/limits.ts";
import { BytePipe, type Part } from "./byte-pipe.ts";
import { HlsFile } from "./hls-file.ts";
import { MediaBytes } from "./media-bytes.ts";
import type { FromChild, Grant, Refusal, ToChild, Wish } from "./messages.ts";

interface Opened {
  readonly opening: Promise<HlsFile>;
  readonly inputs: readonly MediaBytes[];
  /** Requests under way: what is used is not closed. */
  users: number;
}

/** A segment on its way. */
interface Stream {
  unreadBytes: number;
  readonly cancel: AbortController;
  goOn: (() => void) | undefined;
}

/** What the media process does: wishes in, answers out. Files that were asked for last stay open. */
export class HlsDesk {
  readonly #send: (message: FromChild) => void;
  readonly #pipe: BytePipe;
  /** The one used last at the end. */
  readonly #files = new Map<number, Opened>();
  readonly #streams = new Map<number, Stream>();
  readonly #reads = new Map<number, { readonly bytes: Uint8Array; readonly done: (isThere: boolean) => void }>();
  #lastRead = 0;

  constructor(send: (message: FromChild) => void, pipe: Duplex) {
    this.#send = send;
    this.#pipe = new BytePipe(pipe, (part) => this.#readPart(part));
  }

  /** Whether something is under way. */
  get isBusy(): boolean {
    return [...this.#files.values()].some(({ users }) => users > 0);
  }

  /** A message from the program. Never throws. */
  take(message: ToChild): void {
    if (message.is === "wish") void this.#grant(message.job, message.wish);
    else if (message.is === "unreadable") this.#readDone(message.read, false);
    else if (message.is === "close") this.#close(message.file);
    else if (message.is === "taken") this.#goOn(message.job, message.bytes, false);
    else if (message.is === "cancel") this.#goOn(message.job, 0, true);
  }

  async #grant(job: number, wish: Wish): Promise<void> {
    const file = wish.is === "open" ? this.#open(wish) : this.#files.get(wish.file);
    if (file === undefined) return this.#send({ is: "refused", job, why: "not-open" });
    this.#files.delete(wish.file);
    this.#files.set(wish.file, file);
    file.users++;
    for (const input of file.inputs) input.allow();
    try {
      const opened = await file.opening;
      if (wish.is === "segment") await this.#segment(job, opened, wish);
      else this.#send({ is: "granted", job, grant: await grantOf(opened, wish) });
    } catch {
      const why: Refusal = file.inputs.some(({ isUnreadable }) => isUnreadable) ? "unreadable" : "unsupported";
      if (wish.is === "open") this.#close(wish.file);
      this.#send({ is: "refused", job, why });
    } finally {
      file.users--;
      this.#evict();
    }
  }

  #open({ file, inputs, saved }: Wish & { readonly is: "open" }): Opened {
    this.#close(file);
    const [video, ...others] = inputs.map(
      ({ bytes }, input) => new MediaBytes(bytes, (start, end) => this.#read(file, input, start, end)),
    );
    const subtitles = others.map((bytes, index) => {
      const { fileName, language } = inputs[index + 1] as (typeof inputs)[number];
      return { fileName, language, bytes };
    });
    for (const bytes of [video as MediaBytes, ...others]) bytes.allow();
    const opening = openWhole(video as MediaBytes, subtitles, saved);
    // Whoever waits for it hears of it.
    opening.catch(() => undefined);
    return { opening, inputs: [video as MediaBytes, ...others], users: 0 };
  }

  async #segment(job: number, file: HlsFile, { track, segment }: Wish & { readonly is: "segment" }): Promise<void> {
    const cancel = new AbortController();
    const { signal } = cancel;
    const pieces = file.segment(track, segment, signal);
    this.#send({ is: "granted", job, grant: { hasBegun: pieces !== undefined } });
    if (pieces === undefined) return;
    const stream: Stream = { unreadBytes: 0, cancel, goOn: undefined };
    this.#streams.set(job, stream);
    try {
      for await (const bytes of pieces) {
        if (signal.aborted) return;
        stream.unreadBytes += bytes.length;
        if (bytes.length > 0) this.#pipe.send(job, bytes);
        while (stream.unreadBytes >= HLS.maxUnreadBytes && !signal.aborted)
          await new Promise<void>((resolve) => {
            stream.goOn = resolve;
          });
      }
      this.#pipe.send(job, new Uint8Array(0));
    } finally {
      this.#streams.delete(job);
    }
  }

  #goOn(job: number, bytes: number, isCancelled: boolean): void {
    const stream = this.#streams.get(job);
    if (stream === undefined) return;
    stream.unreadBytes -= bytes;
    if (isCancelled) stream.cancel.abort();
    stream.goOn?.();
  }

  async #read(file: number, input: number, start: number, end: number): Promise<Uint8Array> {
    const read = ++this.#lastRead;
    const bytes = new Uint8Array(end - start);
    const isThere = await new Promise<boolean>((done) => {
      this.#reads.set(read, { bytes, done });
      this.#send({ is: "read", read, file, input, start, end });
    });
    if (!isThere) throw new Error("the bytes cannot be had");
    return bytes;
  }

  #readPart({ id, at, frameBytes, bytes }: Part): void {
    const read = this.#reads.get(id);
    if (read === undefined) return;
    const isRight = frameBytes === read.bytes.length;
    if (isRight) read.bytes.set(bytes, at);
    if (at + bytes.length === frameBytes) this.#readDone(id, isRight);
  }

  #readDone(read: number, isThere: boolean): void {
    this.#reads.get(read)?.done(isThere);
    this.#reads.delete(read);
  }

  #close(file: number): void {
    const opened = this.#files.get(file);
    this.#files.delete(file);
    void opened?.opening.then((hls) => hls.close()).catch(() => undefined);
  }

  /** Keeps few files, and fewer when their indexes are large. */
  #evict(): void {
    for (const [file, { users }] of this.#files) {
      const isHeavy = process.memoryUsage().heapUsed > HLS.softHlsHeapMiB * 1_048_576;
      if (this.#files.size <= (isHeavy ? 1 : HLS.maxOpenFiles)) return;
      if (users === 0) this.#close(file);
    }
  }
}

/** A part that could not be read while a file was opened would be missing from it for good. */
async function openWhole(...[video, subtitles, saved]: Parameters<typeof HlsFile.open>): Promise<HlsFile> {
  const file = await HlsFile.open(video, subtitles, saved);
  if (!video.isUnreadable) return file;
  file.close();
  throw new Error("the bytes cannot be had");
}

async function grantOf(file: HlsFile, wish: Exclude<Wish, { is: "segment" }>): Promise<Grant> {
  if (wish.is === "open") return { info: file.info, saved: file.saved };
  if (wish.is === "playlist") return { text: file.playlist(wish.track) };
  return { bytes: await file.init(wish.track) };
}
