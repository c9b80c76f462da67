import { mix32 } from "../random.ts";
import type { StreamMessage, StreamObserver } from "./stream-world.ts";

/** Counts what goes over the streams, checks what must hold at every moment, and makes one number of it all. */
export class FindWatch implements StreamObserver {
  queries = 0;
  answers = 0;
  dones = 0;
  /** The most hops that any Query has come. */
  longestLived = 0;
  /** Query frames sent by honest hosts with more hops than a core may give them. */
  tooFar = 0;
  readonly #maxHops: number;
  readonly #isHonest: (host: number) => boolean;
  #high = 0x6a09e667;
  #low = 0x3c6ef372;

  constructor(maxHops: number = 8, isHonest: (host: number) => boolean = () => true) {
    this.#maxHops = maxHops;
    this.#isHonest = isHonest;
  }

  /** 16 hexadecimal digits: two runs of a seed agree in them. */
  get trace(): string {
    return [this.#high, this.#low].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  sent(from: number, to: number, message: StreamMessage, lived: number, nowMs: number): void {
    if (message.type === "query") {
      this.queries++;
      this.longestLived = Math.max(this.longestLived, lived);
      // What came so far may go on for what is left.
      if (this.#isHonest(from) && (message.ttlHops < 1 || message.ttlHops > this.#maxHops)) this.tooFar++;
      this.#note(message.ttlHops, message.queryId[0] as number);
    } else if (message.type === "chunk-info") {
      this.answers++;
      this.#note(32, message.queryId[0] as number);
    } else if (message.type === "done") {
      this.dones++;
      this.#note(34 + message.ttlHops, message.queryId[0] as number);
    } else this.#note(33, message.peers.length);
    this.#note(Math.round(nowMs * 1000) % 4_294_967_296, from * 65_536 + to);
  }

  #note(a: number, b: number): void {
    this.#high = mix32(this.#high ^ a);
    this.#low = mix32(this.#low ^ this.#high ^ b);
  }
}
