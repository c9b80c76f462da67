import { NETWORK } from "../core/limits.ts";
import type { Candidate } from "./fetch-run.ts";

/** Who was found to hold what: the next fetch of it begins with them. Forgotten when a dial fails. */
export class HolderCache {
  /** By video, the one that was told of longest ago first. */
  readonly #videos = new Map<string, Map<string, Candidate>>();

  note(id: Uint8Array, candidate: Candidate): void {
    const name = nameOf(id);
    const holders = this.#videos.get(name) ?? new Map<string, Candidate>();
    this.#videos.delete(name);
    this.#videos.set(name, holders);
    holders.delete(candidate.peer);
    holders.set(candidate.peer, candidate);
    trim(holders, NETWORK.maxHoldersCached);
    trim(this.#videos, NETWORK.maxVideosCached);
  }

  /** Known holders, those heard of last first. */
  holdersOf(id: Uint8Array): Candidate[] {
    return [...(this.#videos.get(nameOf(id))?.values() ?? [])].reverse();
  }

  /** This peer could not be reached, or is not to be trusted. */
  forget(peer: string): void {
    for (const [name, holders] of this.#videos) {
      holders.delete(peer);
      if (holders.size === 0) this.#videos.delete(name);
    }
  }
}

function trim(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

const nameOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");
