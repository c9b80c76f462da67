import type { Stream, StreamMessageEvent } from "@libp2p/interface";
import { NETWORK } from "../core/limits.ts";
import { decodeFind, encodeFind } from "../core/wire/stream/find-codec.ts";
import type { FindMessage, FrameError } from "../core/wire/stream/find-message.ts";
import { FrameReader } from "../core/wire/stream/frame-reader.ts";
import { monotonicMs } from "../runtime/clock.ts";

/** Of the find protocol; what a later version adds are frames that this one passes over. */
export const FIND_PROTOCOL = "/cardume/find/1";
/** The version in our Hello. */
export const FIND_VERSION = 1;

/** Who takes what a {@link FindStream} brings. */
export interface FindSink {
  /** A sound message; the first is always a Hello, and there is no other Hello. */
  message(stream: FindStream, message: FindMessage): void;
  /** Called once, last of all. `fault`: what the other side did that no honest one does. */
  ended(stream: FindStream, fault: string | undefined): void;
}

/**
 * One find stream: frames in both directions, and a queue for a neighbour that reads slowly. Of what is too much the
 * oldest answers go first, then Dones, without which others only wait longer; what stays keeps its order, so that no Done
 * comes before an answer that it speaks of. A neighbour that takes nothing at all is let go.
 */
export class FindStream {
  /** Whether this side opened it. */
  readonly isOutbound: boolean;
  readonly openedAtMs: number = monotonicMs();
  readonly #stream: Stream;
  readonly #sink: FindSink;
  readonly #reader: FrameReader;
  readonly #waiting: { readonly frame: Uint8Array; readonly type: FindMessage["type"] }[] = [];
  #waitingBytes = 0;
  /** Since when the other side has taken nothing of what waits. */
  #stalledAtMs = 0;
  #hasHello = false;
  #isEnded = false;
  #isRetired = false;
  #isClosing = false;
  #endTimer: NodeJS.Timeout | undefined;
  #droppedAnswers = 0;
  readonly #helloTimer: NodeJS.Timeout;

  constructor(stream: Stream, isOutbound: boolean, sink: FindSink) {
    this.#stream = stream;
    this.isOutbound = isOutbound;
    this.#sink = sink;
    this.#reader = new FrameReader({ frame: this.#frame }, NETWORK.maxFindFrameBytes);
    this.#helloTimer = setTimeout(() => this.abort("no Hello came"), NETWORK.findHelloMs).unref();
    stream.addEventListener("drain", this.#drain);
    stream.addEventListener("close", () => this.#end(undefined));
    stream.addEventListener("remoteCloseWrite", () => this.close());
    stream.addEventListener("message", this.#bytes);
  }

  /** Whether the other side has said Hello. */
  get hasHello(): boolean {
    return this.#hasHello;
  }

  /** Whether it is only read from any more. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Answers that were dropped because the other side reads too slowly. */
  get droppedAnswers(): number {
    return this.#droppedAnswers;
  }

  /** Sends a message, now or when there is room. */
  send(message: FindMessage): void {
    if (this.#isEnded || this.#isRetired) return;
    const frame = encodeFind(message);
    if (!this.#stream.writableNeedsDrain && this.#waiting.length === 0) this.#write(frame);
    else this.#queue(frame, message.type);
  }

  /** Sends nothing any more, but takes what still comes: another stream has its place. */
  retire(): void {
    if (this.#isRetired || this.#isEnded) return;
    this.#isRetired = true;
    this.#flush();
    this.close();
  }

  /** Sends what was given, then ends; when the other side does not end it too, soon all the same. */
  close(): void {
    if (this.#isEnded || this.#isClosing) return;
    this.#isClosing = true;
    this.#isRetired = true;
    this.#stream.close({ signal: AbortSignal.timeout(NETWORK.findRaceMs) }).catch(() => this.abort("it did not end"));
    this.#endTimer = setTimeout(() => this.abort("it did not end"), NETWORK.findRaceMs).unref();
  }

  /** Ends at once. */
  abort(reason: string): void {
    if (this.#isEnded) return;
    this.#stream.abort(new Error(reason));
    this.#end(undefined);
  }

  readonly #bytes = ({ data }: StreamMessageEvent): void => {
    if (this.#isEnded) return;
    const error = this.#reader.read(data.subarray());
    if (error !== undefined) this.#fault(error.code);
  };

  readonly #frame = (type: number, payload: Uint8Array): FrameError | undefined => {
    const message = decodeFind(type, payload);
    if (message === undefined || this.#isEnded) return undefined;
    if (message.type === "frame-error") return message;
    // Before its Hello a peer has nothing to say, and after it there is no second one.
    if ((message.type === "hello") === this.#hasHello) return { type: "frame-error", code: "malformed" };
    if (message.type === "hello" && message.version < FIND_VERSION) return { type: "frame-error", code: "malformed" };
    this.#hasHello = true;
    clearTimeout(this.#helloTimer);
    this.#sink.message(this, message);
    return undefined;
  };

  #write(frame: Uint8Array): void {
    try {
      this.#stream.send(frame);
    } catch {
      // It was closed under our hands: its close event says so.
    }
  }

  #queue(frame: Uint8Array, type: FindMessage["type"]): void {
    const nowMs = monotonicMs();
    if (this.#waiting.length === 0) this.#stalledAtMs = nowMs;
    else if (nowMs - this.#stalledAtMs > NETWORK.findStallMs) {
      this.abort("it does not read");
      return;
    }
    this.#waiting.push({ frame, type });
    this.#waitingBytes += frame.length;
    while (this.#waitingBytes > NETWORK.maxFindQueueBytes) this.#dropOne();
  }

  /** The oldest answer; where there is none, the oldest Done; else the oldest of all. */
  #dropOne(): void {
    const answerAt = this.#waiting.findIndex(({ type }) => type === "chunk-info");
    const at = answerAt >= 0 ? answerAt : this.#waiting.findIndex(({ type }) => type === "done");
    const [dropped] = this.#waiting.splice(Math.max(0, at), 1);
    this.#waitingBytes -= dropped?.frame.length ?? 0;
    if (answerAt >= 0) this.#droppedAnswers++;
  }

  readonly #drain = (): void => {
    this.#stalledAtMs = monotonicMs();
    while (this.#waiting.length > 0 && !this.#stream.writableNeedsDrain && !this.#isEnded) this.#writeNext();
  };

  #flush(): void {
    while (this.#waiting.length > 0) this.#writeNext();
  }

  #writeNext(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#waitingBytes -= next.frame.length;
    this.#write(next.frame);
  }

  #fault(code: string): void {
    // Before its close event, which knows no reason.
    this.#end(code);
    this.#stream.abort(new Error(code));
  }

  #end(fault: string | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#helloTimer);
    clearTimeout(this.#endTimer);
    this.#waiting.length = 0;
    this.#sink.ended(this, fault);
  }
}
