import type { TLSSocket } from "node:tls";

/** Smaller pieces that wait for each other are put into one write, of this much at most: one TLS record. */
const GATHERED_BYTES = 16_384;

/** A piece that waits, and who is told when it has left. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly onSent: ((error: Error | null | undefined) => void) | undefined;
}

/**
 * Writes to a TLS socket piece by piece, the next when the system has taken the last: what waits in the socket itself is
 * copied together before it is encrypted, a chunk for each chunk.
 */
export class DirectSender {
  readonly #socket: TLSSocket;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #isEnding = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  /** Bytes that the system has not taken. */
  get bytes(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  /** Sends parts one behind the other. They must not change until `onSent`, which may be called in this very turn. */
  send(parts: readonly Uint8Array[], onSent: (error: Error | null | undefined) => void): void {
    for (const bytes of parts) {
      this.#waitingBytes += bytes.length;
      this.#waiting.push({ bytes, onSent: undefined });
    }
    this.#waiting.push({ bytes: NOTHING, onSent });
    this.#next();
  }

  /** Sends what waits, then ends the socket's own side. */
  end(): void {
    this.#isEnding = true;
    this.#next();
  }

  #next(): void {
    if (this.#isWriting) return;
    const taken = this.#take();
    if (taken.length === 0) {
      if (this.#isEnding) this.#socket.end();
      return;
    }
    const pieces = taken.filter(({ bytes }) => bytes.length > 0).map(({ bytes }) => bytes);
    const [first = NOTHING] = pieces;
    this.#isWriting = true;
    this.#socket.write(pieces.length > 1 ? Buffer.concat(pieces) : first, (error) => {
      this.#isWriting = false;
      for (const { onSent } of taken) onSent?.(error);
      this.#next();
    });
  }

  /** What the next write is made of: one large piece, or small ones together; and those who are told then. */
  #take(): Waiting[] {
    const taken: Waiting[] = [];
    let size = 0;
    for (let one = this.#waiting[0]; one !== undefined; one = this.#waiting[0]) {
      if (size > 0 && one.bytes.length > 0 && size + one.bytes.length > GATHERED_BYTES) break;
      this.#waiting.shift();
      size += one.bytes.length;
      taken.push(one);
    }
    this.#waitingBytes -= size;
    return taken;
  }
}

const NOTHING = new Uint8Array(0);
