import { NETWORK } from "../core/limits.ts";

/**
 * Memory for the bodies of Responses, in slots of the largest one, lent to the threads that hash: used again and again,
 * so that a fetch at full speed makes no garbage. Not shared memory: that is copied into at a fifth of the speed.
 */
export class SlotPool {
  readonly #free: ArrayBuffer[] = [];

  /** Memory for a body: a slot, or for a small one memory of its own. */
  take(bytes: number): Uint8Array {
    if (bytes * 2 < NETWORK.maxResponseBytes) return new Uint8Array(bytes);
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(NETWORK.maxResponseBytes), 0, bytes);
  }

  /** Gives memory back. Nobody may use it any more. */
  give(memory: Uint8Array): void {
    const { buffer } = memory;
    if (buffer.byteLength === NETWORK.maxResponseBytes && this.#free.length < NETWORK.maxFreeSlots)
      this.#free.push(buffer as ArrayBuffer);
  }
}
