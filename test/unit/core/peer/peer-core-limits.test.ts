import { describe, expect, test } from "vitest";
import { addressOf } from "../../../../src/core/wire/address.ts";
import { encodeMessage } from "../../../../src/core/wire/datagram/encode.ts";
import { at, local } from "../../support/addresses.ts";
import { PeerRun } from "../../support/peer-run.ts";

const client = local(40_000);
const range = (length: number): number[] => Array.from({ length }, (_, id) => id);

describe("who is answered", () => {
  const never = [
    addressOf(0x7f000001, 0),
    at("0.0.0.0:5001"),
    at("224.0.0.1:5001"),
    at("255.255.255.255:5001"),
    at("240.0.0.1:1"),
  ];

  test.for(never)("address %i is never: no Hello, no Query for it, no Get", (address) => {
    const peer = new PeerRun({ allowPublic: true });
    expect(peer.hello(address, [5])).toEqual([]);
    expect(peer.query(local(5003), address, 3, [5])).toEqual([]);
    expect(peer.get(address, [5])).toEqual([]);
    expect(peer.core.counters.unanswerable).toBe(3);
  });

  test("public addresses only where that is allowed", () => {
    const stranger = at("8.8.8.8:5001");
    expect(new PeerRun().query(local(5003), stranger, 3, [5])).toEqual([]);
    expect(new PeerRun({ allowPublic: true }).query(local(5003), stranger, 3, [5])).toHaveLength(2);
  });

  test("never itself, whoever says so", () => {
    expect(new PeerRun().query(local(5003), local(5001), 3, [5])).toEqual([]);
    expect(new PeerRun().get(local(5001), [5])).toEqual([]);
  });
});

describe("rate limits", () => {
  test("a client may ask 256 questions at once, then 200 a second", () => {
    const peer = new PeerRun({ neighbours: [] });
    const ask = (from: number, count: number, nowMs: number): number =>
      range(count).filter((n) => peer.hello(client, [5, from + n], nowMs).length > 0).length;
    expect(ask(0, 300, 0)).toBe(256);
    expect(ask(1000, 300, 1000)).toBe(200);
    expect(peer.core.counters.rateLimited).toBe(44 + 100);
  });

  test("another client is not made to pay for it", () => {
    const peer = new PeerRun({ neighbours: [] });
    for (const id of range(300)) peer.hello(client, [5, id]);
    expect(peer.hello(at("127.0.0.2:40000"), [5])).toHaveLength(1);
  });

  test("other ports of one host are the same client", () => {
    const peer = new PeerRun({ neighbours: [] });
    for (const id of range(256)) peer.hello(local(40_000 + id), [5]);
    expect(peer.hello(local(41_000), [5])).toEqual([]);
  });

  test("all together ask 2048 at once: a peer is a poor amplifier for addresses that change all the time", () => {
    const peer = new PeerRun({ neighbours: [] });
    const passed = range(3000).filter(
      (n) => peer.query(local(5003), addressOf(0x0a000001 + n, 5001), 3, [5]).length > 0,
    );
    expect(passed).toHaveLength(2048);
  });

  test("a question that was dropped is not remembered: it may be asked again", () => {
    const peer = new PeerRun({ neighbours: [] });
    for (const id of range(256)) peer.hello(client, [5, id]);
    expect(peer.hello(client, [5], 0)).toEqual([]);
    expect(peer.hello(client, [5], 100)).toEqual(["chunk-info 5 to 40000"]);
  });
});

describe("lists of any length", () => {
  test.for(["canonical", "report"] as const)("are sent in messages of at most 1024 bytes, %s", (dialect) => {
    const peer = new PeerRun({ holdings: range(1200), dialect, neighbours: [local(5002)] });
    const effects = peer.hear(client, { type: "hello", ids: range(1200) });
    const most = dialect === "report" ? 498 : 500;
    const infos = effects.filter((effect) => effect.type === "send" && effect.message.type === "chunk-info");
    const queries = effects.filter((effect) => effect.type === "send" && effect.message.type === "query");
    for (const list of [infos, queries])
      expect(list.flatMap((effect) => (effect.type === "send" ? effect.message.ids : []))).toEqual(range(1200));
    for (const effect of effects) {
      if (effect.type !== "send") continue;
      expect(effect.message.ids.length).toBeLessThanOrEqual(most);
      expect(encodeMessage(effect.message, dialect).length).toBeLessThanOrEqual(1024);
    }
    expect(queries).toHaveLength(3);
  });

  test("of which a part was heard before are not sent twice", () => {
    const peer = new PeerRun({ holdings: [], neighbours: [local(5002)] });
    expect(peer.hello(client, range(500))).toHaveLength(1);
    expect(peer.hello(client, range(700), 10)).toHaveLength(1); // 500 known, 200 new
  });
});
