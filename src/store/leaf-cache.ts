import { STORE } from "../core/limits.ts";

/** Leaf hashes of chunks that were checked against their roots, over all open videos; the least recently used go first. */
export class LeafCache {
  readonly #hashes = new Map<string, Uint8Array>();
  #bytes = 0;

  get(video: string, chunk: number): Uint8Array | undefined {
    const key = `${video}/${chunk}`;
    const hashes = this.#hashes.get(key);
    if (hashes === undefined) return undefined;
    this.#hashes.delete(key);
    this.#hashes.set(key, hashes);
    return hashes;
  }

  set(video: string, chunk: number, hashes: Uint8Array): void {
    const key = `${video}/${chunk}`;
    this.#forget(key);
    this.#hashes.set(key, hashes);
    this.#bytes += hashes.length;
    for (const oldest of this.#hashes.keys()) {
      if (this.#bytes <= STORE.maxCachedLeafHashBytes) break;
      this.#forget(oldest);
    }
  }

  /** Forgets a chunk that is no longer held. */
  delete(video: string, chunk: number): void {
    this.#forget(`${video}/${chunk}`);
  }

  #forget(key: string): void {
    this.#bytes -= this.#hashes.get(key)?.length ?? 0;
    this.#hashes.delete(key);
  }
}
