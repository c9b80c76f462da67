/** How far one holder's bytes have come, by a fetch's own count. */
export interface HolderBytes {
  readonly peer: string;
  /** Since the fetch began. */
  readonly receivedBytes: number;
}

/**
 * Where the chunks of one video came from. A fetch says how many bytes each holder has sent, the store which chunks are
 * held: a chunk is put to the account of the holder who has sent most that no chunk accounts for yet. Where one holder at
 * a time sends a chunk that is who sent it; of chunks that come side by side in one look the shares are right, and which
 * is whose is a guess.
 */
export class ShoalLedger {
  readonly #received = new Map<string, number>();
  /** Bytes that came and that no chunk accounts for. */
  readonly #credit = new Map<string, number>();
  /** Chunks that are held, by the place of the holder in {@link peers}. */
  readonly #senders = new Map<number, number>();
  readonly #peers: string[] = [];
  readonly #waiting: { readonly chunk: number; readonly bytes: number }[] = [];

  /** Everybody who has sent a chunk, in the order in which they did first. */
  get peers(): readonly string[] {
    return this.#peers;
  }

  /** A chunk is held from now on. It is accounted for at the next look. */
  came(chunk: number, bytes: number): void {
    this.#waiting.push({ chunk, bytes });
  }

  /** A chunk is not held any more. */
  lost(chunk: number): void {
    this.#senders.delete(chunk);
  }

  /** Who has sent a chunk, as a place in {@link peers}; `undefined`: it was here, or nobody knows. */
  senderOf(chunk: number): number | undefined {
    return this.#senders.get(chunk);
  }

  /**
   * Looks at how many bytes have come, and accounts for the chunks that came since the last look.
   * @returns the chunks that were accounted for
   */
  look(holders: readonly HolderBytes[]): number[] {
    for (const { peer, receivedBytes } of holders) {
      const before = this.#received.get(peer) ?? 0;
      // A fetch that began anew counts from nothing.
      const more = receivedBytes >= before ? receivedBytes - before : receivedBytes;
      this.#received.set(peer, receivedBytes);
      if (more > 0) this.#credit.set(peer, (this.#credit.get(peer) ?? 0) + more);
    }
    return this.#waiting.splice(0).map(({ chunk, bytes }) => {
      const peer = this.#richest();
      if (peer !== undefined) {
        this.#credit.set(peer, Math.max(0, (this.#credit.get(peer) ?? 0) - bytes));
        this.#senders.set(chunk, this.#placeOf(peer));
      }
      return chunk;
    });
  }

  #richest(): string | undefined {
    let best: string | undefined;
    let most = 0;
    for (const [peer, bytes] of this.#credit)
      if (bytes > most) {
        best = peer;
        most = bytes;
      }
    return best;
  }

  #placeOf(peer: string): number {
    const known = this.#peers.indexOf(peer);
    return known >= 0 ? known : this.#peers.push(peer) - 1;
  }
}
