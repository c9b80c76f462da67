import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { PeerBook } from "../../../src/node/peer-book.ts";
import { tempFolder } from "../support/temp-folder.ts";

const FILE = "known-peers.json";
const address = (at: number): string => `/ip4/8.8.8.8/tcp/${at + 1}`;

interface Shelf {
  readonly folder: string;
  readonly notices: string[];
  nowMs: number;
  open(): Promise<PeerBook>;
}

function shelf(): Shelf {
  const folder = tempFolder();
  const self: Shelf = {
    folder,
    notices: [],
    nowMs: 1000,
    open: () =>
      PeerBook.open({ folder, wallClockMs: () => self.nowMs, notice: (text) => void self.notices.push(text) }),
  };
  return self;
}

describe("the book of known peers", () => {
  test("has them after a restart, the one remembered last first", async () => {
    const { open, notices, folder } = shelf();
    const book = await open();
    for (const at of [1, 2, 3, 1])
      book.remember({ peer: `peer${at}`, addresses: [address(at)], record: Uint8Array.of(at) });
    book.forget("peer2");
    await book.close();
    expect((await open()).peers()).toEqual([
      { peer: "peer1", addresses: [address(1)], record: Uint8Array.of(1) },
      { peer: "peer3", addresses: [address(3)], record: Uint8Array.of(3) },
    ]);
    expect(notices).toEqual([]);
    expect(readdirSync(folder)).toEqual([FILE]);
  });

  test("refuses a liar also after a restart, until its time is over", async () => {
    const stage = shelf();
    const book = await stage.open();
    book.refuse("liar", "wrong bytes", 5000);
    book.refuse("liar", "malformed", 10);
    await book.close();
    const again = await stage.open();
    expect(again.refused()).toEqual([{ peer: "liar", reason: "wrong bytes", untilMs: 6000 }]);
    expect(again.isRefused("liar")).toBe(true);
    stage.nowMs = 6000;
    expect(again.isRefused("liar")).toBe(false);
    expect(again.refused()).toEqual([]);
  });

  test("refuses a liar for minutes, then for a day, then for a month, also over a restart", async () => {
    const stage = shelf();
    const book = await stage.open();
    expect(book.lied("liar", "wrong bytes")).toBe(NETWORK.malformedMemoryMs);
    stage.nowMs += NETWORK.malformedMemoryMs + 1;
    expect(book.isRefused("liar")).toBe(false);
    await book.close();
    const again = await stage.open();
    expect(again.lied("liar", "wrong bytes")).toBe(86_400_000);
    expect(again.lied("liar", "wrong bytes")).toBe(NETWORK.liarMemoryMs);
    stage.nowMs += 3 * NETWORK.liarMemoryMs;
    expect(again.lied("liar", "wrong bytes")).toBe(NETWORK.malformedMemoryMs);
  });

  test("refuses nobody until a time that a clock years ahead has written", async () => {
    const stage = shelf();
    stage.nowMs = 10 * 365 * 86_400_000;
    const book = await stage.open();
    book.refuse("peer", "malformed", 600_000);
    await book.close();
    stage.nowMs = 1000;
    expect((await stage.open()).isRefused("peer")).toBe(false);
  });

  test("forgets the oldest when there are too many, peers and liars", async () => {
    const book = await shelf().open();
    for (let at = 0; at < 2000; at++) {
      book.remember({ peer: `peer${at}`, addresses: [] });
      book.refuse(`liar${at}`, "malformed", 1000);
    }
    expect(book.peers()).toHaveLength(NETWORK.maxPeersInBook);
    expect(book.peers()[0]?.peer).toBe("peer1999");
    expect(book.refused()).toHaveLength(NETWORK.maxLiarsRemembered);
    expect(book.isRefused("liar0")).toBe(false);
  });
});

describe("a book on the disk", () => {
  test.for([
    ["rubbish", "{ not json"],
    ["of another version", JSON.stringify({ version: 9, peers: [] })],
    ["a list", "[]"],
    ["empty", ""],
    ["null", "null"],
  ] as const)("that is %s is ignored, said, and replaced", async ([_, text]) => {
    const { folder, notices, open } = shelf();
    writeFileSync(join(folder, FILE), text);
    const book = await open();
    expect(book.peers()).toEqual([]);
    expect(notices).toHaveLength(1);
    book.remember({ peer: "peer", addresses: [] });
    await book.close();
    expect(JSON.parse(readFileSync(join(folder, FILE), "utf8"))).toMatchObject({ version: 1 });
  });

  test("passes over entries that are not as they have to be", async () => {
    const { folder, open } = shelf();
    const good = { peer: "good", addresses: [address(1), 7, "", "x".repeat(9999)], record: "" };
    const peers = [null, 7, "x", [], {}, { peer: 7 }, { peer: "" }, good, { peer: "__proto__", addresses: "no" }];
    const refused = [
      null,
      { peer: "a" },
      { peer: "b", reason: "r", untilMs: "soon" },
      { peer: "c", reason: "r", untilMs: 2000 },
      { peer: "d", reason: "r", untilMs: 2000, lies: "many" },
    ];
    writeFileSync(join(folder, FILE), JSON.stringify({ version: 1, peers, refused }));
    const book = await open();
    expect(book.peers()).toEqual([
      { peer: "__proto__", addresses: [] },
      { peer: "good", addresses: [address(1)] },
    ]);
    expect(book.refused().map(({ peer }) => peer)).toEqual(["c"]);
  });

  test("that cannot be written is said once, and nothing is thrown", async () => {
    const { folder, notices, open } = shelf();
    const book = await open();
    rmSync(folder, { recursive: true });
    for (const peer of ["a", "b"]) {
      book.remember({ peer, addresses: [] });
      await book.close();
    }
    expect(notices).toHaveLength(1);
  });

  test("that is a folder is ignored", async () => {
    const { folder, notices, open } = shelf();
    mkdirSync(join(folder, FILE));
    expect((await open()).peers()).toEqual([]);
    expect(notices).toHaveLength(1);
  });
});
