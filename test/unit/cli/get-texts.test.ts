import { describe, expect, test } from "vitest";
import { fetchText } from "../../../src/cli/get-telling.ts";
import { joinablePeers } from "../../../src/cli/joinable-peers.ts";
import { groupsOf, meantBy, theOne } from "../../../src/cli/meant-video.ts";
import { bestFor } from "../../../src/cli/run-node.ts";
import { toBase32 } from "../../../src/core/content/base32.ts";
import { formatLink } from "../../../src/core/content/link.ts";
import type { FetchProgress, HolderProgress } from "../../../src/node/node-types.ts";
import { sha256 } from "../../../src/runtime/crypto.ts";
import { foundVideo } from "../gateway/scripted-node.ts";

const ID = new Uint8Array(32).fill(200);

describe("what a person means", () => {
  test("is an id in hex or base32, in either case", () => {
    const hex = Buffer.from(ID).toString("hex");
    for (const text of [hex, hex.toUpperCase(), ` ${toBase32(ID)}\n`, toBase32(ID).toUpperCase()])
      expect(meantBy(text)).toEqual({ id: ID, link: undefined });
  });

  test("is a link, as it was pasted, or what is wrong with it", () => {
    const link = formatLink({ id: ID, peers: ["/ip4/10.0.0.1/tcp/1"] }, sha256);
    expect(meantBy(`<${link}>`)).toMatchObject({ id: ID, link: { peers: ["/ip4/10.0.0.1/tcp/1"] } });
    expect(() => meantBy(link.slice(0, -2))).toThrow(expect.objectContaining({ code: "link-truncated", exitCode: 2 }));
  });

  test("is words otherwise, the beginning of an id among them", () => {
    for (const text of ["férias 2019", "gqzx4k7a", "a".repeat(64).replace("a", "g")])
      expect(meantBy(text)).toEqual({ id: undefined, words: text });
    expect(() => meantBy("\u200b ")).toThrow(expect.objectContaining({ code: "words-missing" }));
  });
});

describe("answers", () => {
  test("are one video with its holders, each counted once, and the title that most of them say", () => {
    const other = new Uint8Array(32).fill(1);
    const groups = groupsOf([
      foundVideo(other, { holder: "a" }),
      foundVideo(ID, { holder: "a", title: "FREE MONEY" }),
      foundVideo(ID, { holder: "b", heldChunks: 1 }),
      foundVideo(ID, { holder: "b", heldChunks: 2 }),
      foundVideo(ID, { holder: "c" }),
    ]);
    expect(groups).toMatchObject([
      { id: ID, title: "Férias", holders: [{ holder: "a" }, { holder: "b", heldChunks: 2 }, { holder: "c" }] },
      { id: other, holders: [{}] },
    ]);
    expect(() => theOne(groups, "férias", 1)).toThrow(
      expect.objectContaining({ code: "video-ambiguous", exitCode: 2 }),
    );
    expect(() => theOne([], "férias", 1)).toThrow(expect.objectContaining({ code: "video-unknown", exitCode: 3 }));
    expect(() => theOne([], "férias", 0)).toThrow(/--join names one/);
    expect(() => theOne([], "rn575kql", 1)).toThrow(/all 52 characters/);
    expect(theOne(groups.slice(0, 1), "férias", 1).id).toBe(ID);
  });
});

test("addresses in a link that nobody can dial are passed over", () => {
  expect(joinablePeers({ id: ID, peers: ["/ip4/10.0.0.1/tcp/1", "/quic-v9/x", "rubbish"] })).toEqual([
    "/ip4/10.0.0.1/tcp/1",
  ]);
});

test("the address for others is the one that most of them can use", () => {
  const [loopback, lan, v6] = [
    "/ip4/127.0.0.1/tcp/1/p2p/x",
    "/ip4/192.168.1.5/tcp/1/p2p/x",
    "/ip6/2001:db8::1/tcp/1/p2p/x",
  ];
  expect(bestFor([loopback, v6, lan])).toBe(lan);
  expect(bestFor([loopback, "/ip6/::1/tcp/1/p2p/x", v6])).toBe(v6);
  expect(bestFor([loopback])).toBe(loopback);
  expect(bestFor([])).toBeUndefined();
});

describe("the line of a fetch", () => {
  const holder: HolderProgress = {
    ...{ peer: "p", name: "", carrier: "direct", state: "serving", roundTripMs: 1 },
    ...{ receivedBytes: 1, bytesPerSecond: 1, heldChunks: 1 },
  };
  const progress: FetchProgress = {
    ...{ id: ID, title: "", phase: "fetching", wantsAll: true, chunks: 96, heldChunks: 44 },
    ...{ bytes: 100_000_000, heldBytes: 45_900_000 },
    ...{ receivedBytes: 1, writtenBytes: 0, wastedBytes: 0, bytesPerSecond: 12_000_000, leftMs: 4500 },
    holders: [holder, { ...holder, state: "gone" }],
  };

  test("has rate, peers and the time that is left", () => {
    expect(fetchText(progress)).toBe("45 %, 45.9 MB of 100 MB, 12.0 MB/s from 1 peer, 4.5 s left");
    expect(fetchText({ ...progress, leftMs: undefined })).toBe("45 %, 45.9 MB of 100 MB, 12.0 MB/s from 1 peer");
  });

  test("says what is waited for before", () => {
    expect(fetchText({ ...progress, phase: "finding" })).toBe("asking who has it …");
    expect(fetchText({ ...progress, phase: "connecting", bytes: 0 })).toBe("connecting to 2 peers …");
  });
});
