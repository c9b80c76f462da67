import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../../../src/core/limits.ts";
import { encodeFetch, encodeResponseHead } from "../../../../../src/core/wire/stream/fetch-codec.ts";
import type { FrameError } from "../../../../../src/core/wire/stream/find-message.ts";
import { FrameReader, type FrameSink } from "../../../../../src/core/wire/stream/frame-reader.ts";

/** Writes down what comes. */
class Notes implements FrameSink {
  readonly lines: string[] = [];
  body: number[] = [];
  refuse: FrameError | undefined;

  frame(type: number, payload: Uint8Array): FrameError | undefined {
    this.lines.push(`frame ${type} ${Buffer.from(payload).toString("hex")}`);
    return this.refuse;
  }

  responseBegins({
    request,
    status,
    proof,
    bodyBytes,
  }: Parameters<NonNullable<FrameSink["responseBegins"]>>[0]): FrameError | undefined {
    this.lines.push(`begins ${request} ${status} ${proof.length} ${bodyBytes}`);
    return this.refuse;
  }

  responseBytes(bytes: Uint8Array): void {
    this.body.push(...bytes);
  }

  responseEnds(): void {
    this.lines.push(`ends ${this.body.splice(0).join()}`);
  }
}

const response = (request: number, proofHashes: number, body: readonly number[]): Uint8Array =>
  Buffer.concat([
    encodeResponseHead({
      type: "response",
      request,
      status: "ok",
      proof: new Uint8Array(32 * proofHashes).fill(1),
      bodyBytes: body.length,
    }),
    Uint8Array.from(body),
  ]);

const STREAM = Buffer.concat([
  encodeFetch({ type: "cancel", request: 7 }),
  response(1, 2, [1, 2, 3, 4, 5]),
  Uint8Array.of(0, 0, 0, 0, 50),
  response(2, 0, []),
  encodeResponseHead({ type: "response", request: 3, status: "refused", proof: new Uint8Array(0), bodyBytes: 0 }),
  encodeFetch({ type: "cancel", request: 8 }),
]);

const EXPECTED = [
  "frame 6 00000007",
  "begins 1 ok 64 5",
  "ends 1,2,3,4,5",
  "frame 50 ",
  "begins 2 ok 0 0",
  "ends ",
  "begins 3 refused 0 0",
  "ends ",
  "frame 6 00000008",
];

describe("a frame reader", () => {
  test("gives the same frames however the stream is cut", () => {
    for (let size = 1; size <= STREAM.length; size++) {
      const notes = new Notes();
      const reader = new FrameReader(notes, NETWORK.maxFetchFrameBytes);
      for (let at = 0; at < STREAM.length; at += size)
        expect(reader.read(STREAM.subarray(at, at + size))).toBeUndefined();
      expect(notes.lines).toEqual(EXPECTED);
    }
  });

  test("ends the stream at a frame beyond the cap, before anything is made for it", () => {
    const notes = new Notes();
    const reader = new FrameReader(notes, 100);
    expect(reader.read(Uint8Array.of(0, 0, 0, 101, 6))).toEqual({ type: "frame-error", code: "too-large" });
    expect(reader.read(STREAM)).toEqual({ type: "frame-error", code: "too-large" });
    expect(notes.lines).toEqual([]);
    expect(new FrameReader(notes, 100).read(Uint8Array.of(255, 255, 255, 255, 5))).toMatchObject({ code: "too-large" });
    expect(new FrameReader(notes, 100).read(Uint8Array.of(0, 0, 0, 5, 5))).toMatchObject({ code: "malformed" });
  });

  test("takes no more when the sink refuses", () => {
    const notes = new Notes();
    notes.refuse = { type: "frame-error", code: "malformed" };
    expect(new FrameReader(notes, 100).read(STREAM)).toEqual(notes.refuse);
    expect(notes.lines).toHaveLength(1);
    const begun = new Notes();
    begun.refuse = notes.refuse;
    expect(new FrameReader(begun, 100).read(response(1, 0, [1, 2]))).toEqual(notes.refuse);
    expect([begun.lines, begun.body]).toEqual([["begins 1 ok 0 2"], []]);
  });

  test("has no Responses where the sink takes none", () => {
    const lines: string[] = [];
    const sink: FrameSink = {
      frame: (type, payload) => {
        lines.push(`${type} ${payload.length}`);
        return undefined;
      },
    };
    const reader = new FrameReader(sink, 100);
    expect(reader.read(response(1, 0, [1, 2]))).toBeUndefined();
    expect(lines).toEqual(["5 8"]);
    expect(reader.read(Uint8Array.of(0, 0, 0, 101, 5))).toMatchObject({ code: "too-large" });
  });

  test("gives payloads that stay as they are when more comes", () => {
    const payloads: Uint8Array[] = [];
    const reader = new FrameReader({ frame: (_, payload) => void payloads.push(payload) as undefined }, 100);
    const bytes = encodeFetch({ type: "cancel", request: 1 });
    reader.read(bytes);
    bytes.fill(0);
    reader.read(encodeFetch({ type: "cancel", request: 2 }));
    expect(payloads.map((payload) => payload[3])).toEqual([1, 2]);
  });
});
