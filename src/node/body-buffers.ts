import { HASH_BYTES } from "../core/content/merkle.ts";
import { NETWORK } from "../core/limits.ts";
import { FRAME_HEAD_BYTES } from "../core/wire/stream/byte-writer.ts";
import { RESPONSE_HEAD_BYTES } from "../core/wire/stream/fetch-codec.ts";

/** Room before a body for the frame that it stands in, so that both are one write. */
const HEAD_ROOM_BYTES = FRAME_HEAD_BYTES + RESPONSE_HEAD_BYTES + NETWORK.maxProofHashes * HASH_BYTES;

/** Memory for one Response: its body, and room for its head right before it. */
export class BodyBuffer {
  readonly body: Uint8Array;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, bodyBytes: number) {
    this.#bytes = bytes;
    this.body = bytes.subarray(HEAD_ROOM_BYTES, HEAD_ROOM_BYTES + bodyBytes);
  }

  /** The body behind its head, in one piece. */
  behind(head: Uint8Array): Uint8Array {
    const from = HEAD_ROOM_BYTES - head.length;
    this.#bytes.set(head, from);
    return this.#bytes.subarray(from, HEAD_ROOM_BYTES + this.body.length);
  }

  /** All of the memory. */
  get memory(): Uint8Array {
    return this.#bytes;
  }
}

/** Memory for the Responses that are being read and sent, used again and again. */
export class BodyBuffers {
  readonly #free: Uint8Array[] = [];

  /** Memory for a body of so many bytes, 1 MiB at most. */
  take(bodyBytes: number): BodyBuffer {
    const isSmall = bodyBytes * 2 < NETWORK.maxResponseBytes;
    const bytes = isSmall ? undefined : this.#free.pop();
    return new BodyBuffer(bytes ?? new Uint8Array(HEAD_ROOM_BYTES + (isSmall ? bodyBytes : LARGEST)), bodyBytes);
  }

  /** Gives memory back: nobody may use it any more. */
  give({ memory }: BodyBuffer): void {
    if (memory.length === HEAD_ROOM_BYTES + LARGEST && this.#free.length < NETWORK.maxFreeSlots)
      this.#free.push(memory);
  }
}

const LARGEST = NETWORK.maxResponseBytes;
