import { isDeepStrictEqual } from "node:util";
import type { decodeFetch, decodeResponseHead } from "../../../src/core/wire/stream/fetch-codec.ts";
import { encodeFetch, encodeResponseHead } from "../../../src/core/wire/stream/fetch-codec.ts";
import type { decodeFind } from "../../../src/core/wire/stream/find-codec.ts";
import { encodeFind } from "../../../src/core/wire/stream/find-codec.ts";
import type { FrameError } from "../../../src/core/wire/stream/find-message.ts";
import type { Episode, Start } from "./fuzz.ts";
import type { Random } from "./random.ts";
import { anyFetch, anyFind, anyResponse, spoilStream } from "./stream-grammar.ts";
import { referenceFetch, referenceFind, referenceStream } from "./stream-reference.ts";

const BAD: FrameError = { type: "frame-error", code: "malformed" };

/** A decoder of frames' payloads, its encoder and its second decoder. */
interface Codec<Message extends { readonly type: string }> {
  readonly name: string;
  readonly decode: (type: number, payload: Uint8Array) => Message | FrameError | undefined;
  readonly reference: (type: number, payload: Uint8Array) => Message | null | undefined;
  readonly encode: (message: Message) => Uint8Array;
  readonly any: (random: Random) => Message;
}

/** Fuzzes the decoder of a find stream's frames. */
export const fuzzFind = (decode: typeof decodeFind): Start =>
  fuzzPayloads({ name: "find", decode, reference: referenceFind, encode: encodeFind, any: anyFind });

/** Fuzzes the decoder of a fetch stream's frames. */
export const fuzzFetch = (decode: typeof decodeFetch): Start =>
  fuzzPayloads({ name: "fetch", decode, reference: referenceFetch, encode: encodeFetch, any: anyFetch });

function fuzzPayloads<Message extends { readonly type: string }>(codec: Codec<Message>): Start {
  return (random): Episode => {
    const fresh = (): Uint8Array => codec.encode(codec.any(random)).subarray(5);
    let [type, payload] = [0, new Uint8Array()];
    let decoded: Message | FrameError | undefined;
    return {
      prepare: () => {
        const frame = codec.encode(codec.any(random));
        type = random.oneIn(16) ? random.below(256) : (frame[4] as number);
        payload = new Uint8Array(spoilStream(frame.subarray(5), fresh, random));
      },
      run: () => {
        decoded = codec.decode(type, payload);
      },
      judge: () => judge(codec, type, payload, decoded),
    };
  };
}

function judge<Message extends { readonly type: string }>(
  codec: Codec<Message>,
  type: number,
  payload: Uint8Array,
  decoded: Message | FrameError | undefined,
): void {
  const fail = (what: string): never => {
    const hex = Buffer.from(payload.subarray(0, 160)).toString("hex");
    throw new Error(`${what}: ${codec.name} ${type}, ${payload.length} bytes ${hex}, as ${JSON.stringify(decoded)}`);
  };
  const reference = codec.reference(type, payload);
  if (!isDeepStrictEqual(decoded, reference === null ? BAD : reference)) fail("not what the tables say");
  if (decoded === undefined || isError(decoded)) return;
  if (bytesIn(decoded, payload) > payload.length) fail("more is made than has come");
  const again = codec.encode(decoded).subarray(5);
  // A Hello's name that is no UTF-8 reads as none: the one case in which two payloads mean the same.
  const isNamed = !("name" in decoded && decoded["name"] === "");
  if (isNamed && Buffer.compare(again, payload) !== 0) fail("not written as it was read");
}

const isError = (value: object): value is FrameError => "type" in value && value.type === "frame-error";

/** The bytes of all runs and texts in a message. @throws Error when one is a view of the payload, which its sink reuses */
function bytesIn(value: unknown, payload: Uint8Array): number {
  if (value instanceof Uint8Array) {
    if (value.buffer === payload.buffer && value.length > 0) throw new Error("a message holds a view of its payload");
    return value.buffer.byteLength;
  }
  if (typeof value === "string") return 0;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, one) => sum + bytesIn(one, payload), 0);
}

/** Fuzzes the decoder of a Response's first six bytes. */
export const fuzzResponseHead =
  (decode: typeof decodeResponseHead): Start =>
  (random): Episode => {
    let head = new Uint8Array();
    let payloadBytes = 0;
    let decoded: ReturnType<typeof decodeResponseHead> = BAD;
    return {
      prepare: () => {
        const frame = anyResponse(random);
        payloadBytes = Buffer.from(frame).readUInt32BE() + random.pick([0, 0, 0, -1, 1, -32, 2 ** 20, 2 ** 31]);
        head = new Uint8Array(spoilStream(frame.subarray(5, 11 + random.below(3)), () => frame, random));
      },
      run: () => {
        decoded = decode(head, payloadBytes);
      },
      judge: () => judgeHead(head, payloadBytes, decoded),
    };
  };

function judgeHead(head: Uint8Array, payloadBytes: number, decoded: ReturnType<typeof decodeResponseHead>): void {
  const fail = (what: string): never => {
    const hex = Buffer.from(head).toString("hex");
    throw new Error(`${what}: a Response of ${payloadBytes} bytes, ${hex}, as ${JSON.stringify(decoded)}`);
  };
  const expected = headOf(head, payloadBytes);
  if (expected !== (decoded.type === "response" ? "response" : decoded.code)) fail("not what the tables say");
  if (decoded.type !== "response") return;
  const { proofBytes, ...said } = decoded;
  const again = encodeResponseHead({ ...said, proof: new Uint8Array(proofBytes) });
  const isSame = Buffer.compare(again.subarray(5, 11), head.subarray(0, 6)) === 0;
  if (!isSame || Buffer.from(again).readUInt32BE() !== payloadBytes) fail("not written as it was read");
}

/** What the stream's tables say of a Response with these first bytes. */
function headOf(head: Uint8Array, payloadBytes: number): string {
  if (head.length < 6 || payloadBytes < 6) return "malformed";
  const frame = Buffer.alloc(5 + 6);
  // Longer than any frame may be is for the reader to say: what is said of the head is asked here.
  frame.writeUInt32BE(Math.min(payloadBytes, 6 + 32 * 16 + 2 ** 20));
  frame[4] = 5;
  frame.set(head.subarray(0, 6), 5);
  const { error } = referenceStream(frame, true, 0, -1);
  return error ?? (payloadBytes - 6 - 32 * (head[5] as number) > 2 ** 20 ? "too-large" : "response");
}
