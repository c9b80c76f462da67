import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { ChunkSenders, SendersBook, SliceSenders } from "../../../src/node/chunk-senders.ts";

const [ana, bruno] = [
  { peer: "a", name: "Ana" },
  { peer: "b", name: "" },
];

describe("who sent a chunk", () => {
  test("is who sent it last, and nobody before it came or beyond the video's end", () => {
    const senders = new ChunkSenders(3);
    expect(senders.senderOf(0)).toBeUndefined();
    senders.sent(0, ana);
    senders.sent(2, bruno);
    senders.sent(1, { ...ana, name: "another word" });
    senders.sent(3, ana);
    expect([0, 1, 2, 3].map((chunk) => senders.senderOf(chunk))).toEqual([0, 0, 1, undefined]);
    expect(senders.peers).toEqual([ana, bruno]);
    senders.sent(0, bruno);
    expect(senders.senderOf(0)).toBe(1);
  });

  test("is, of slices, who sent most bytes; of two with as many, the first; and nobody where nothing came", () => {
    const slices = new SliceSenders();
    expect(slices.most()).toBeUndefined();
    slices.came(ana, 65_536);
    slices.came(bruno, 65_536);
    expect(slices.most()).toBe(ana);
    slices.came(bruno, 1);
    expect(slices.most()).toBe(bruno);
  });

  test("is remembered over fetches, for as many videos as there is room for, the oldest forgotten first", () => {
    const book = new SendersBook();
    book.begin("film", 2).sent(1, ana);
    expect(book.begin("film", 2).senderOf(1)).toBe(0);
    expect(book.begin("film", 5).senderOf(1), "another size is another video").toBeUndefined();
    for (let other = 1; other < NETWORK.maxVideosWithSenders; other++) book.begin(`other ${other}`, 1);
    expect(book.of("film")).toBeDefined();
    book.begin("one more", 1);
    expect(book.of("film")).toBeUndefined();
    book.forget("one more");
    expect(book.of("one more")).toBeUndefined();
  });
});
