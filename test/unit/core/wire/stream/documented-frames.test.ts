import { expect, test } from "vitest";
import { encodeFetch, encodeResponseHead } from "../../../../../src/core/wire/stream/fetch-codec.ts";
import { LAST_LEAF } from "../../../../../src/core/wire/stream/fetch-message.ts";
import { encodeFind } from "../../../../../src/core/wire/stream/find-codec.ts";
import { DONE_FLAG } from "../../../../../src/core/wire/stream/find-message.ts";
import { decodeDirectOffer, encodeDirectOffer } from "../../../../../src/node/direct-messages.ts";
import { hexOf } from "../../../support/hex.ts";
import { readText } from "../../../support/source-files.ts";

const run = (byte: number, count: number): Uint8Array => new Uint8Array(count).fill(byte);
const [query, video] = [run(7, 16), run(9, 32)];
const offer = { port: 42_631, fingerprint: run(11, 32), token: run(12, 32) };

/** What each example of the page is said to be, as the codecs write it. */
const EXAMPLES: Readonly<Record<string, Uint8Array>> = {
  "Hello, version 1, called casa": encodeFind({ type: "hello", version: 1, name: "casa" }),
  "Query by id, TTL 3": encodeFind({
    type: "query",
    queryId: query,
    ttlHops: 3,
    wanted: { kind: "video", id: video },
  }),
  "Query by the word mar, TTL 8": encodeFind({
    type: "query",
    queryId: query,
    ttlHops: 8,
    wanted: { kind: "words", words: "mar" },
  }),
  "ChunkInfo: 6 chunks of é, 8 GiB": encodeFind({
    type: "chunk-info",
    queryId: query,
    record: run(5, 3),
    videos: [{ id: video, bytes: 2 ** 33, heldChunks: 6, title: "é" }],
  }),
  "Peers, a question": encodeFind({ type: "peers", records: [] }),
  "Peers, two records": encodeFind({ type: "peers", records: [run(1, 2), run(2, 1)] }),
  "Done with a Query of TTL 3": encodeFind({ type: "done", queryId: query, ttlHops: 3, flags: 0 }),
  "Done with one of TTL 1, more beyond": encodeFind({
    type: "done",
    queryId: query,
    ttlHops: 1,
    flags: DONE_FLAG.more,
  }),
  "Hello, opens a video as 4": encodeFetch({ type: "hello", version: 1, videos: [{ number: 4, id: video }] }),
  "ChunkInfo of 4: 20 MiB, chunks 8, 10 and 16": encodeFetch({
    type: "chunk-info",
    number: 4,
    bytes: 20 * 2 ** 20,
    firstChunk: 8,
    bitmap: Uint8Array.of(5, 1),
  }),
  "Get 3 of 4: the last leaf": encodeFetch({
    ...{ type: "get", request: 3, number: 4, chunk: LAST_LEAF, firstLeaf: 0, leaves: 1, priority: 0 },
  }),
  "Get 1 of 4: chunk 2, 8 leaves from leaf 16": encodeFetch({
    type: "get",
    request: 1,
    number: 4,
    chunk: 2,
    firstLeaf: 16,
    leaves: 8,
    priority: 0,
  }),
  "Response to 1, before its 131,072 bytes": encodeResponseHead({
    type: "response",
    request: 1,
    status: "ok",
    proof: run(10, 96),
    bodyBytes: 131_072,
  }),
  "Response to 1: refused": encodeResponseHead({
    type: "response",
    request: 1,
    status: "refused",
    proof: run(0, 0),
    bodyBytes: 0,
  }),
  "Cancel 1": encodeFetch({ type: "cancel", request: 1 }),
  "GetManifest 2 of 4": encodeFetch({ type: "get-manifest", request: 2, number: 4 }),
  "Close 4": encodeFetch({ type: "close", number: 4 }),
  "Complaint of 4: chunk 2": encodeFetch({ type: "complaint", number: 4, chunk: 2 }),
  "Direct offer, port 42631": encodeDirectOffer(offer),
  "No direct offer": encodeDirectOffer(undefined),
};

/** The page's examples: `words   hex`, in which `07*16` stands for 16 bytes 07. */
function examplesOf(page: string): [name: string, hex: string][] {
  const lines = page.slice(page.indexOf("## The Cardume network")).split("\n");
  return lines.flatMap((line) => {
    const [, name, dump] = /^(\S.*?) {2,}([0-9a-f* ]+)$/.exec(line) ?? [];
    if (name === undefined || dump === undefined) return [];
    const hex = dump.replace(/([0-9a-f]{2})\*(\d+)/g, (_, byte: string, times: string) => byte.repeat(Number(times)));
    return [[name, hex.replaceAll(" ", "")]];
  });
}

test("every example on the protocol's page is what the codecs write, and every message has one", () => {
  const written = Object.entries(EXAMPLES).map(([name, bytes]) => [name, hexOf(bytes)]);
  expect(examplesOf(readText("docs/PROTOCOL.md"))).toEqual(written);
});

test("an example with a byte changed, and one that is missing, would be noticed", () => {
  const page = readText("docs/PROTOCOL.md");
  expect(examplesOf(page.replace("63617361", "63617362"))).not.toEqual(examplesOf(page));
  expect(examplesOf(page.replace(/^Cancel 1 .*$/m, ""))).toHaveLength(Object.keys(EXAMPLES).length - 1);
});

test("a direct offer is read as it is written", () => {
  expect(decodeDirectOffer(encodeDirectOffer(offer))).toEqual(offer);
  expect(decodeDirectOffer(encodeDirectOffer(undefined))).toBe("refused");
});
