import { randomBytes } from "node:crypto";
import type { Stream } from "@libp2p/interface";
import { describe, expect } from "vitest";
import { encodeFind } from "../../src/core/wire/stream/find-codec.ts";
import { acceptAll, connect, type Fish, heldVideo, searchAll } from "./support/fish.ts";
import { test } from "./support/shoal.ts";
import { until } from "./support/waiting.ts";

const FILM = heldVideo(7, "The slow river");
const HELLO = encodeFind({ type: "hello", version: 1, name: "" });

/** A raw find stream from one node to another. */
async function rawStream(from: Fish, to: Fish): Promise<Stream> {
  const connection = await from.engine.dial({ peer: to.peer, addresses: to.engine.addresses() });
  return connection.newStream("/cardume/find/1");
}

/** A frame's head, with a length that may lie. */
const head = (length: number, type: number): Uint8Array => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(length);
  bytes[4] = type;
  return bytes;
};

const ROT: readonly (readonly [string, readonly Uint8Array[]])[] = [
  ["a frame beyond every cap", [HELLO, head(0xffff_ffff, 2)]],
  ["a query that is cut short", [HELLO, head(3, 2), new Uint8Array(3)]],
  [
    "a query before Hello",
    [encodeFind({ type: "query", queryId: randomBytes(16), ttlHops: 1, wanted: { kind: "video", id: FILM.id } })],
  ],
  ["a second Hello", [HELLO, HELLO]],
  ["a Hello of version 0", [encodeFind({ type: "hello", version: 0, name: "" })]],
  ["a list that says it is longer than any may be", [HELLO, head(1, 4), Uint8Array.of(255)]],
];

describe("a peer on a find stream that sends", () => {
  test.for(ROT)("%s is cut off and refused for a while, and nobody else notices", async ([_, frames], { shoal }) => {
    const [node, honest, bad] = [await shoal.fish({ videos: [FILM] }), await shoal.fish(), await shoal.fish()];
    for (const fish of [node, honest]) acceptAll(fish);
    await connect(honest, node);
    node.links.listen({ fault: (peer, what) => node.book.refuse(peer, what, 60_000) });
    const stream = await rawStream(bad, node);
    for (const frame of frames) stream.send(frame);
    await until("it is cut off", () => !node.engine.libp2p.getPeers().map(String).includes(bad.peer));
    expect(node.book.refused().map(({ peer }) => peer)).toEqual([bad.peer]);
    await expect(rawStream(bad, node)).rejects.toThrow();
    expect(await searchAll(honest, { kind: "video", id: FILM.id }, 1)).toHaveLength(1);
  });

  test("frames of a later version is listened to all the same", async ({ shoal }) => {
    const [node, later] = [await shoal.fish(), await shoal.fish()];
    const heard: string[] = [];
    node.links.listen({ opened: ({ name }) => heard.push(name), message: (_peer, { type }) => heard.push(type) });
    const stream = await rawStream(later, node);
    stream.send(
      Buffer.concat([encodeFind({ type: "hello", version: 9, name: "later" }), head(4, 200), new Uint8Array(4)]),
    );
    stream.send(encodeFind({ type: "peers", records: [] }));
    await until("both are heard", () => heard.length === 2);
    expect(heard).toEqual(["later", "peers"]);
  });

  test("nothing that it is sent is read, and what waits for it stays bounded", async ({ shoal }) => {
    const [node, deaf] = [await shoal.fish(), await shoal.fish()];
    const stream = await rawStream(deaf, node);
    stream.pause();
    stream.send(HELLO);
    await until("it is linked", () => node.links.link(deaf.peer) !== undefined);
    const videos = Array.from({ length: 16 }, (_, at) => heldVideo(at + 1, "x".repeat(200)));
    const before = process.memoryUsage().arrayBuffers;
    const answer = { type: "chunk-info", queryId: randomBytes(16), record: randomBytes(700), videos } as const;
    for (let sent = 0; sent < 20_000; sent++) node.links.send(deaf.peer, answer);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1_048_576);
    expect(node.links.droppedAnswers).toBeGreaterThan(10_000);
  });
});
