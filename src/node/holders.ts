import { NETWORK } from "../core/limits.ts";
import type { Carrier } from "./carrier.ts";
import { HolderStream } from "./holder-stream.ts";

/** Opens the best carrier to a peer. @throws CardumeError `peer-unreachable`, `peer-mismatch` */
export type OpenCarrier = (peer: string, addresses: readonly string[], signal: AbortSignal) => Promise<Carrier>;

interface Held {
  readonly stream: Promise<HolderStream>;
  readonly abort: AbortController;
  users: number;
  /** The stream is there. */
  isOpen: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** The fetch streams that this node has opened: one for a holder, whatever is fetched from it. */
export class Holders {
  readonly #openCarrier: OpenCarrier;
  readonly #held = new Map<string, Held>();
  #isClosed = false;

  constructor(openCarrier: OpenCarrier) {
    this.#openCarrier = openCarrier;
  }

  /** The stream to a holder. Every call that gave one is followed by `release`. @throws CardumeError `peer-unreachable` */
  async acquire(peer: string, addresses: readonly string[]): Promise<HolderStream> {
    const held = this.#held.get(peer) ?? this.#open(peer, addresses);
    held.users++;
    clearTimeout(held.timer);
    try {
      return await held.stream;
    } catch (error) {
      held.users--;
      throw error;
    }
  }

  /** Peers to whom a stream is open: asking them costs no more than a frame. */
  get open(): string[] {
    return [...this.#held].flatMap(([peer, { isOpen }]) => (isOpen ? [peer] : []));
  }

  /** Ends a stream that nobody has used for a while. */
  release(peer: string, stream: HolderStream): void {
    const held = this.#held.get(peer);
    if (held === undefined) return;
    held.users--;
    if (held.users > 0 || this.#isClosed) return;
    held.timer = setTimeout(() => {
      // Whoever comes now opens a new one.
      this.#forget(peer, held);
      void stream.carrier.close();
    }, NETWORK.idleFetchStreamMs);
    // It is no reason to keep a program running.
    held.timer.unref();
  }

  /** Ends a peer's stream at once. */
  async drop(peer: string, reason: string): Promise<void> {
    const held = this.#held.get(peer);
    if (held === undefined) return;
    held.abort.abort();
    await held.stream.then((stream) => stream.end(reason)).catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#held.keys()].map((peer) => this.drop(peer, "this node stops")));
  }

  #open(peer: string, addresses: readonly string[]): Held {
    const abort = new AbortController();
    const held: Held = {
      stream: this.#stream(peer, addresses, abort.signal),
      abort,
      users: 0,
      isOpen: false,
      timer: undefined,
    };
    this.#held.set(peer, held);
    held.stream.then(
      () => (held.isOpen = true),
      () => this.#forget(peer, held),
    );
    return held;
  }

  async #stream(peer: string, addresses: readonly string[], signal: AbortSignal): Promise<HolderStream> {
    const carrier = await this.#openCarrier(peer, addresses, signal);
    return new HolderStream(carrier, () => {
      const held = this.#held.get(peer);
      if (held !== undefined) this.#forget(peer, held);
    });
  }

  #forget(peer: string, held: Held): void {
    clearTimeout(held.timer);
    if (this.#held.get(peer) === held) this.#held.delete(peer);
  }
}
