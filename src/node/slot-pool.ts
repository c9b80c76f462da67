import { NETWORK } from "../core/limits.ts";

/**
 * Memory for the bodies of Responses, in slots of the largest one, which the threads that hash read where it is: used
 * again and again, so that a fetch at full speed makes no garbage. Shared, since to hand memory over to a thread and back
 * costs a tenth of a millisecond.
 */
export class SlotPool {
  readonly #free: SharedArrayBuffer[] = [];

  /** Memory for a body: a slot, or for a small one memory of its own. */
  take(bytes: number): Uint8Array {
    if (bytes * 2 < NETWORK.maxResponseBytes) return new Uint8Array(bytes);
    return new Uint8Array(this.#free.pop() ?? new SharedArrayBuffer(NETWORK.maxResponseBytes), 0, bytes);
  }

  /** Gives memory back. Nobody may use it any more. */
  give(memory: Uint8Array): void {
    const { buffer } = memory;
    if (buffer instanceof SharedArrayBuffer && this.#free.length < NETWORK.maxFreeSlots) this.#free.push(buffer);
  }
}
