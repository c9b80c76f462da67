import { HASH_BYTES } from "../core/content/merkle.ts";
import type { Slice } from "../core/content/proof.ts";
import { GRAIN_BYTES, GRAIN_LEAVES } from "../core/fetch/grains.ts";
import type { HolderStream, ResponseTaker } from "./holder-stream.ts";

/**
 * A slice of a video's beginning that a holder is asked for before anything of the video is known, for somebody who waits to
 * see it: when all is proven and the fetch orders this very slice of this holder, it is on its way, or here.
 */
export class EarlySlice implements ResponseTaker {
  /** Which one, from 0. */
  readonly grain: number;
  /** Its number on the stream. */
  readonly request: number;
  #taker: ResponseTaker | undefined;
  #state: "asked" | "coming" | "here" | "none" = "asked";
  #proof: Uint8Array = new Uint8Array(0);
  /** What came before somebody took it over. */
  #body: Uint8Array | undefined;
  #memory: Uint8Array | undefined;

  /** @param grain below those of the smallest chunk */
  constructor(stream: HolderStream, video: number, grain: number) {
    this.grain = grain;
    const slice = { chunk: 0, firstLeaf: grain * GRAIN_LEAVES, leaves: GRAIN_LEAVES };
    this.request = stream.get(video, { ...slice, priority: 0 }, this);
  }

  get minBytes(): number {
    return this.#taker?.minBytes ?? 1;
  }

  get maxBytes(): number {
    return this.#taker?.maxBytes ?? GRAIN_BYTES;
  }

  get proofHashes(): number | undefined {
    return this.#taker?.proofHashes;
  }

  /**
   * Whoever orders this slice is told what comes of it from now on, and at once what has come. False: nothing will, and it
   * is to be ordered like any other.
   */
  give(taker: ResponseTaker, { chunk, firstLeaf, leaves }: Slice): boolean {
    const isThis = chunk === 0 && firstLeaf === this.grain * GRAIN_LEAVES && leaves === GRAIN_LEAVES;
    if (!isThis || this.#state === "none" || this.#taker !== undefined || !this.#fits(taker)) return false;
    this.#taker = taker;
    if (this.#body === undefined) return true;
    this.#memory = taker.begins(this.#proof, this.#body.length);
    if (this.#state === "here") this.#handOver(taker);
    return true;
  }

  begins(proof: Uint8Array, bodyBytes: number): Uint8Array | undefined {
    this.#state = "coming";
    if (this.#taker !== undefined) return this.#taker.begins(proof, bodyBytes);
    this.#proof = new Uint8Array(proof);
    this.#body = new Uint8Array(bodyBytes);
    return this.#body;
  }

  comes(bytes: number): void {
    this.#taker?.comes(bytes);
  }

  arrived(): void {
    this.#state = "here";
    if (this.#taker !== undefined) this.#handOver(this.#taker);
  }

  refused(status: Parameters<ResponseTaker["refused"]>[0]): void {
    this.#state = "none";
    this.#taker?.refused(status);
  }

  lost(): void {
    this.#state = "none";
    this.#taker?.lost();
  }

  /** What began before its size was known may be of another. */
  #fits({ minBytes, maxBytes, proofHashes }: ResponseTaker): boolean {
    if (this.#body === undefined) return true;
    const { length } = this.#body;
    return length >= minBytes && length <= maxBytes && this.#proof.length === (proofHashes ?? 0) * HASH_BYTES;
  }

  #handOver(taker: ResponseTaker): void {
    if (this.#body !== undefined) this.#memory?.set(this.#body);
    this.#body = undefined;
    this.#memory = undefined;
    taker.arrived();
  }
}
