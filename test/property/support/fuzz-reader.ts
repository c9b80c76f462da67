import { isDeepStrictEqual } from "node:util";
import { NETWORK } from "../../../src/core/limits.ts";
import type { ResponseHead } from "../../../src/core/wire/stream/fetch-message.ts";
import type { FrameError } from "../../../src/core/wire/stream/find-message.ts";
import type { FrameSink } from "../../../src/core/wire/stream/frame-reader.ts";
import type { Episode, Start } from "./fuzz.ts";
import type { Random } from "./random.ts";
import { anyFrame, spoilStream } from "./stream-grammar.ts";
import { beginsEvent, bodyEvent, frameEvent, referenceStream, type Told } from "./stream-reference.ts";

/** What is fuzzed: a `FrameReader`, or one with a mistake planted. */
export interface ReaderLike {
  read(bytes: Uint8Array): FrameError | undefined;
}

/** Makes the reader of one stream. */
export type MakeReader = (sink: FrameSink, maxFrameBytes: number) => ReaderLike;

/** How the sink says that it wants no more. */
const REFUSAL: FrameError = { type: "frame-error", code: "malformed" };

/** A body of a mebibyte of zeros is 200,000 empty frames where its head was spoilt; whoever takes them ends it, too. */
const MOST_FRAMES = 5000;

/** Writes down what comes, the pieces of a body as one, and refuses at one frame. */
class Notes {
  readonly events: string[] = [];
  readonly sink: FrameSink;
  readonly #refuseAt: number;
  #count = 0;
  #body: Buffer[] = [];

  constructor(isFetch: boolean, refuseAt: number) {
    this.#refuseAt = refuseAt;
    const frame = (type: number, payload: Uint8Array): FrameError | undefined => this.#told(frameEvent(type, payload));
    this.sink = isFetch
      ? {
          frame,
          responseBegins: ({ request, status, proof, bodyBytes }: ResponseHead) =>
            this.#told(beginsEvent(request, status, proof, bodyBytes)),
          responseBytes: (bytes) => void this.#body.push(Buffer.from(bytes)),
          responseEnds: () => {
            this.flush();
            this.events.push("ends");
          },
        }
      : { frame };
  }

  /** Writes the body down as far as it has come. */
  flush(): void {
    if (this.#body.length > 0) this.events.push(bodyEvent(Buffer.concat(this.#body.splice(0))));
  }

  #told(event: string): FrameError | undefined {
    this.flush();
    this.events.push(event);
    return this.#count++ === this.#refuseAt ? REFUSAL : undefined;
  }
}

/** Fuzzes a reader of frames: whatever the cutting, it tells what the whole stream says, and makes no more than has come. */
export const fuzzReader =
  (make: MakeReader): Start =>
  (random): Episode => {
    let pieces: Uint8Array[] = [];
    let stream = new Uint8Array();
    let notes = new Notes(false, -1);
    let [isFetch, refuseAt, maxFrameBytes, made] = [false, -1, 0, 0];
    let reader: ReaderLike = { read: () => undefined };
    let answers: (FrameError | undefined)[] = [];
    return {
      prepare: () => {
        isFetch = !random.oneIn(3);
        refuseAt = random.oneIn(4) ? random.below(4) : MOST_FRAMES;
        maxFrameBytes = random.oneIn(4)
          ? random.below(80)
          : isFetch
            ? NETWORK.maxFetchFrameBytes
            : NETWORK.maxFindFrameBytes;
        stream = anyStream(isFetch, random);
        pieces = cut(stream, random);
        notes = new Notes(isFetch, refuseAt);
        answers = [];
        reader = make(notes.sink, maxFrameBytes);
      },
      run: () => {
        made = bytesMade(() => {
          for (const piece of pieces) answers.push(reader.read(piece));
        });
      },
      judge: () => {
        notes.flush();
        judgeTold(referenceStream(stream, isFetch, maxFrameBytes, refuseAt), notes.events, answers);
        // What has come, one frame that is only begun, and what a Response's head takes beside its proof.
        const most = stream.length + maxFrameBytes + 6 + 32 * NETWORK.maxProofHashes + 6 * notes.events.length;
        if (made > most) throw new Error(`makes room for ${made} bytes when ${stream.length} have come`);
      },
    };
  };

function anyStream(isFetch: boolean, random: Random): Uint8Array<ArrayBuffer> {
  const fresh = (): Uint8Array => anyFrame(isFetch ? "fetch" : "find", random);
  const frames = random.list(random.between(1, 5), () =>
    random.oneIn(3) ? spoilStream(fresh(), fresh, random) : fresh(),
  );
  return new Uint8Array(Buffer.concat(frames));
}

/** All at once, byte by byte, or at any places; now and then nothing comes. */
function cut(stream: Uint8Array, random: Random): Uint8Array[] {
  const most = random.pick([1, 2, 5, 6, 7, 40, 40, 1000, 1000, stream.length + 1]);
  const least = Math.ceil(stream.length / 2000);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = random.oneIn(20) ? 0 : Math.max(least, random.between(1, most));
    pieces.push(stream.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function judgeTold(expected: Told, events: readonly string[], answers: readonly (FrameError | undefined)[]): void {
  const short = (list: readonly string[]): string => list.map((one) => one.slice(0, 60)).join(" | ");
  if (!isDeepStrictEqual(events, expected.events))
    throw new Error(`not what the tables say: ${short(events)}, and not ${short(expected.events)}`);
  const code = expected.error === "refused" ? "malformed" : expected.error;
  if (answers.at(-1)?.code !== code) throw new Error(`ends with ${answers.at(-1)?.code}, not ${code}`);
  const first = answers.findIndex((one) => one !== undefined);
  if (first >= 0 && answers.slice(first).some((one) => one?.code !== code)) throw new Error("goes on after its end");
}

/** Bytes of the arrays that an action makes. */
function bytesMade(action: () => void): number {
  const Plain = globalThis.Uint8Array;
  let made = 0;
  // A construct trap: what is made is a plain array, so that views and copies of it are none of this one's.
  globalThis.Uint8Array = new Proxy(Plain, {
    construct(target, args: unknown[]) {
      if (typeof args[0] === "number") made += args[0];
      return Reflect.construct(target, args) as object;
    },
  });
  try {
    action();
  } finally {
    globalThis.Uint8Array = Plain;
  }
  return made;
}
