import { NETWORK } from "../../limits.ts";
import { FRAME_HEAD_BYTES } from "./byte-writer.ts";
import { decodeResponseHead, RESPONSE_HEAD_BYTES } from "./fetch-codec.ts";
import { FETCH_TYPE, type ResponseHead } from "./fetch-message.ts";
import type { FrameError } from "./find-message.ts";

/** Where a stream's frames go. */
export interface FrameSink {
  /** A whole frame. The payload is the sink's own. @returns why the stream is to be ended */
  frame(type: number, payload: Uint8Array): FrameError | undefined;
  /** A Response begins. @returns why the stream is to be ended: one that nobody asked for, or of another size */
  responseBegins?(head: ResponseHead): FrameError | undefined;
  /** The next bytes of its body: a view of what was read, to be copied away at once. */
  responseBytes?(bytes: Uint8Array): void;
  responseEnds?(): void;
}

/**
 * Takes a stream's bytes as they come, in pieces of any size, and gives its frames on. Holds at most one small frame;
 * the bodies of Responses, where the sink takes them, pass through without being gathered.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  readonly #head = new Uint8Array(FRAME_HEAD_BYTES);
  #headFilled = 0;
  /** What is being gathered: a frame's payload, or a Response up to its body. */
  #gathered: Uint8Array | undefined;
  #filled = 0;
  /** Bytes of a Response's body still to come; −1 when none is under way. */
  #bodyLeft = -1;
  #error: FrameError | undefined;

  constructor(sink: FrameSink, maxFrameBytes: number) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Takes the next bytes. @returns why the stream is to be ended; everything after that is ignored */
  read(bytes: Uint8Array): FrameError | undefined {
    for (let at = 0; at < bytes.length && this.#error === undefined; ) at += this.#take(bytes.subarray(at));
    return this.#error;
  }

  /** Takes some of the bytes, at least one. */
  #take(bytes: Uint8Array): number {
    if (this.#bodyLeft >= 0) return this.#takeBody(bytes);
    return this.#gathered === undefined ? this.#takeHead(bytes) : this.#takePayload(this.#gathered, bytes);
  }

  #takeHead(bytes: Uint8Array): number {
    const part = bytes.subarray(0, FRAME_HEAD_BYTES - this.#headFilled);
    this.#head.set(part, this.#headFilled);
    this.#headFilled += part.length;
    if (this.#headFilled < FRAME_HEAD_BYTES) return part.length;
    const payloadBytes = this.#payloadBytes();
    if (payloadBytes > this.#mostBytes()) this.#error = { type: "frame-error", code: "too-large" };
    else if (this.#isResponse() && payloadBytes < RESPONSE_HEAD_BYTES)
      this.#error = { type: "frame-error", code: "malformed" };
    else this.#gather(this.#isResponse() ? RESPONSE_HEAD_BYTES : payloadBytes);
    return part.length;
  }

  #gather(count: number): void {
    this.#gathered = new Uint8Array(count);
    this.#filled = 0;
    if (count === 0) this.#deliver(this.#gathered);
  }

  #takePayload(gathered: Uint8Array, bytes: Uint8Array): number {
    const part = bytes.subarray(0, gathered.length - this.#filled);
    gathered.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled === gathered.length) {
      if (this.#isResponse()) this.#takeResponseHead(gathered);
      else this.#deliver(gathered);
    }
    return part.length;
  }

  #deliver(payload: Uint8Array): void {
    this.#next();
    this.#error = this.#sink.frame(this.#head[4] as number, payload);
  }

  /** First the six bytes that say how many sibling hashes follow, then all up to the body. */
  #takeResponseHead(gathered: Uint8Array): void {
    const head = decodeResponseHead(gathered, this.#payloadBytes());
    if (head.type === "frame-error") {
      this.#error = head;
      return;
    }
    if (gathered.length < RESPONSE_HEAD_BYTES + head.proofBytes) {
      const larger = new Uint8Array(RESPONSE_HEAD_BYTES + head.proofBytes);
      larger.set(gathered);
      this.#gathered = larger;
      return;
    }
    const { request, status, bodyBytes } = head;
    const proof = gathered.subarray(RESPONSE_HEAD_BYTES);
    this.#error = this.#sink.responseBegins?.({ type: "response", request, status, proof, bodyBytes });
    this.#bodyLeft = bodyBytes;
    if (bodyBytes === 0 && this.#error === undefined) this.#endBody();
  }

  #takeBody(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#bodyLeft);
    this.#sink.responseBytes?.(part);
    this.#bodyLeft -= part.length;
    if (this.#bodyLeft === 0) this.#endBody();
    return part.length;
  }

  #endBody(): void {
    this.#bodyLeft = -1;
    this.#next();
    this.#sink.responseEnds?.();
  }

  #next(): void {
    this.#gathered = undefined;
    this.#headFilled = 0;
  }

  #isResponse(): boolean {
    return this.#sink.responseBegins !== undefined && this.#head[4] === FETCH_TYPE.response;
  }

  #payloadBytes(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#head;
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  #mostBytes(): number {
    return this.#isResponse()
      ? RESPONSE_HEAD_BYTES + NETWORK.maxProofHashes * 32 + NETWORK.maxResponseBytes
      : this.#maxFrameBytes;
  }
}
