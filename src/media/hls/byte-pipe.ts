import type { Duplex } from "node:stream";

/** The descriptor of the pipe in the media process. */
export const PIPE_FD = 4;

/** What a part of a frame belongs to: its number, where in the frame it begins, and the frame's bytes in all. */
export interface Part {
  readonly id: number;
  readonly at: number;
  readonly frameBytes: number;
  /** A view of what came: no copy was made of it. */
  readonly bytes: Uint8Array;
}

const HEAD_BYTES = 8;

/**
 * Bytes between the program and the media process: frames of a number and a length, four bytes each, and bytes. Beside the
 * channel of messages, which copies everything several times: twenty viewers made hundreds of MiB of garbage.
 */
export class BytePipe {
  readonly #stream: Duplex;
  readonly #take: (part: Part) => void;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  #at = 0;

  /** @param take given parts in order; one without bytes for an empty frame */
  constructor(stream: Duplex, take: (part: Part) => void) {
    this.#stream = stream;
    this.#take = take;
    stream.on("data", (chunk: Uint8Array) => this.#read(chunk));
    // Whose end it is says so itself.
    stream.on("error", () => undefined);
  }

  /** Sends a frame. The bytes are not to be changed any more. */
  send(id: number, bytes: Uint8Array): void {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt32BE(id);
    head.writeUInt32BE(bytes.length, 4);
    this.#stream.cork();
    this.#stream.write(head);
    if (bytes.length > 0) this.#stream.write(bytes);
    this.#stream.uncork();
  }

  #read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#headBytes < HEAD_BYTES) {
        const more = chunk.subarray(at, at + HEAD_BYTES - this.#headBytes);
        this.#head.set(more, this.#headBytes);
        this.#headBytes += more.length;
        at += more.length;
        if (this.#headBytes < HEAD_BYTES) return;
        this.#at = 0;
        if (this.#head.readUInt32BE(4) === 0) this.#pass(new Uint8Array(0));
      } else {
        const bytes = chunk.subarray(at, at + this.#head.readUInt32BE(4) - this.#at);
        at += bytes.length;
        this.#pass(bytes);
      }
    }
  }

  #pass(bytes: Uint8Array): void {
    const part = { id: this.#head.readUInt32BE(), at: this.#at, frameBytes: this.#head.readUInt32BE(4), bytes };
    this.#at += bytes.length;
    if (this.#at === part.frameBytes) this.#headBytes = 0;
    this.#take(part);
  }
}
