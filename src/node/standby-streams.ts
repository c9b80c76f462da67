import { NETWORK } from "../core/limits.ts";
import type { FindLink, FindLinks } from "./find-links.ts";
import type { HolderStream } from "./holder-stream.ts";
import type { Holders } from "./holders.ts";

/** Streams that ended are looked for this often. */
const LOOK_MS = 30_000;

/**
 * Fetch streams to a few neighbours that are kept open although nothing is fetched: whoever then wants to watch something
 * that they hold waits four round trips less for the first picture. They carry nothing meanwhile.
 */
export class StandbyStreams {
  readonly #holders: Holders;
  readonly #links: FindLinks;
  /** By peer; `undefined`: it is being opened. */
  readonly #streams = new Map<string, HolderStream | undefined>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(holders: Holders, links: FindLinks) {
    this.#holders = holders;
    this.#links = links;
  }

  /** Begins, once; goes on until it is stopped. */
  start(): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
    this.#links.listen({ opened: (link) => this.#open(link), closed: (peer) => this.#leave(peer) });
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    for (const peer of [...this.#streams.keys()]) this.#leave(peer);
  }

  #look(): void {
    for (const [peer, stream] of [...this.#streams]) if (stream?.ended !== undefined) this.#leave(peer);
    for (const link of this.#links.links()) this.#open(link);
  }

  #open({ peer }: Pick<FindLink, "peer">): void {
    const hasRoom = this.#streams.size < NETWORK.maxStandbyStreams;
    if (this.#isStopped || !hasRoom || this.#streams.has(peer)) return;
    this.#streams.set(peer, undefined);
    // Connected it is: no address is needed.
    this.#holders.acquire(peer, []).then(
      (stream) => {
        if (this.#streams.has(peer) && !this.#isStopped) this.#streams.set(peer, stream);
        else this.#holders.release(peer, stream);
      },
      () => this.#streams.delete(peer),
    );
  }

  #leave(peer: string): void {
    const stream = this.#streams.get(peer);
    this.#streams.delete(peer);
    if (stream !== undefined) this.#holders.release(peer, stream);
  }
}
