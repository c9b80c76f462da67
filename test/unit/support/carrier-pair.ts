import type { Carrier, CarrierSink } from "../../../src/node/carrier.ts";

interface Sending {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly onSent: ((isSent: boolean) => void) | undefined;
}

/** One end of a pair in memory. Nothing moves by itself: {@link move} carries bytes to the other end. */
export class MemoryCarrier implements Carrier {
  readonly kind = "direct";
  readonly peer: string;
  /** Why it has ended; `undefined`: it has not. */
  over: string | undefined;
  other!: MemoryCarrier;
  #sink: CarrierSink | undefined;
  #isPaused = false;
  #isClosing = false;
  #isDeaf = false;
  readonly #queue: Sending[] = [];
  /** Bytes of the first that have moved. */
  #moved = 0;

  constructor(peer: string) {
    this.peer = peer;
  }

  get queuedBytes(): number {
    return this.#queue.reduce((sum, { bytes }) => sum + bytes, -this.#moved);
  }

  /** Sends that have not left. */
  get sends(): number {
    return this.#queue.length;
  }

  start(sink: CarrierSink): void {
    this.#sink = sink;
  }

  send(parts: readonly Uint8Array[], onSent?: (isSent: boolean) => void): void {
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    if (this.over !== undefined || this.#isClosing) queueMicrotask(() => onSent?.(false));
    else this.#queue.push({ parts, bytes, onSent });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  close(): Promise<void> {
    this.#isClosing = true;
    this.#isDeaf = true;
    return Promise.resolve();
  }

  destroy(reason = "ended here"): void {
    this.#isDeaf = true;
    this.#end(reason);
    const { other } = this;
    queueMicrotask(() => other.#end("the other side ended it"));
  }

  /** Carries up to so many bytes to the other end, unless that is paused. @returns how many it were */
  move(mostBytes: number): number {
    const first = this.#queue[0];
    const { other } = this;
    if (first === undefined || (other.#isPaused && !other.#isDeaf)) return 0;
    const all = Buffer.concat(first.parts);
    const piece = new Uint8Array(all.subarray(this.#moved, this.#moved + mostBytes));
    this.#moved += piece.length;
    if (this.#moved === all.length) {
      this.#queue.shift();
      this.#moved = 0;
      first.onSent?.(true);
    }
    if (!other.#isDeaf) other.#sink?.bytes(piece);
    if (this.#isClosing && this.#queue.length === 0) this.destroy("closed");
    return piece.length;
  }

  #end(reason: string): void {
    if (this.over !== undefined) return;
    this.over = reason;
    this.#moved = 0;
    for (const { onSent } of this.#queue.splice(0)) onSent?.(false);
    queueMicrotask(() => this.#sink?.ended(reason));
  }
}

/** Two ends of one stream in memory, each named for the peer at the other end. */
export function carrierPair(
  client = "client",
  holder = "holder",
): { atClient: MemoryCarrier; atHolder: MemoryCarrier } {
  const [atClient, atHolder] = [new MemoryCarrier(holder), new MemoryCarrier(client)];
  atClient.other = atHolder;
  atHolder.other = atClient;
  return { atClient, atHolder };
}
