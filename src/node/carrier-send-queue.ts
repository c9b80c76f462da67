/** One `send` that is under way. */
export interface Outgoing {
  readonly parts: readonly Uint8Array[];
  readonly onSent: ((isSent: boolean) => void) | undefined;
}

/** What was given to a carrier and not to its stream, in order, for streams that want it in pieces. */
export class SendQueue {
  readonly #waiting: Outgoing[] = [];
  /** Of the first that waits: index of its next part, and bytes of that part that have left. */
  #part = 0;
  #offset = 0;
  #bytes = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing waits, not even a `send` of no bytes. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(parts: readonly Uint8Array[], onSent: ((isSent: boolean) => void) | undefined): void {
    this.#waiting.push({ parts, onSent });
    for (const { length } of parts) this.#bytes += length;
  }

  /** A copy of the next bytes, `mostBytes` of them at most, and the sends whose last byte is among them. */
  take(mostBytes: number): { readonly piece: Uint8Array; readonly done: Outgoing[] } {
    const piece = Buffer.allocUnsafeSlow(Math.min(mostBytes, this.#bytes));
    const done: Outgoing[] = [];
    let filled = 0;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const part = first.parts[this.#part];
      if (part === undefined) {
        done.push(first);
        this.#waiting.shift();
        this.#part = 0;
        continue;
      }
      if (filled === piece.length && part.length > this.#offset) break;
      const view = part.subarray(this.#offset, this.#offset + piece.length - filled);
      piece.set(view, filled);
      filled += view.length;
      this.#offset += view.length;
      if (this.#offset < part.length) continue;
      this.#part++;
      this.#offset = 0;
    }
    this.#bytes -= filled;
    return { piece, done };
  }

  /** Everything that waits, which it forgets. */
  clear(): Outgoing[] {
    this.#part = 0;
    this.#offset = 0;
    this.#bytes = 0;
    return this.#waiting.splice(0);
  }
}
