import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { EngineStore } from "../../../src/node/engine-store.ts";

type Key = Parameters<EngineStore["put"]>[0];

const VALUE = Uint8Array.of(1);
// Of a key the store uses its text only.
const key = (text: string): Key => ({ toString: () => text }) as Key;
const provider = (video: number | string, peer: string): Key => key(`/dht/provider/video${video}/${peer}`);
const count = (store: EngineStore, prefix: string): number => [...store.queryKeys({ prefix })].length;

describe("what libp2p keeps of others", () => {
  test("is there until it is deleted", () => {
    const store = new EngineStore("self", "cid");
    store.put(key("/peers/a"), VALUE);
    store.put(provider(1, "a"), VALUE);
    expect(store.get(key("/peers/a"))).toBe(VALUE);
    expect([...store.query({ prefix: "/dht/provider/video1/" })].map((pair) => String(pair.key))).toEqual([
      "/dht/provider/video1/a",
    ]);
    store.delete(provider(1, "a"));
    expect(store.has(provider(1, "a"))).toBe(false);
    expect(() => store.get(provider(1, "a"))).toThrow();
  });

  test("is bounded in all, the oldest going first, and this node's own stays", () => {
    const store = new EngineStore("self", "cid");
    store.put(key("/peers/cid"), VALUE);
    store.put(provider(0, "self"), VALUE);
    for (let at = 0; at < 20_000; at++) {
      store.put(key(`/peers/${at}`), VALUE);
      store.put(provider(at, `peer${at % 100}`), VALUE);
    }
    expect(count(store, "/peers/")).toBe(NETWORK.maxPeersStored);
    expect(count(store, "/dht/")).toBe(NETWORK.maxTableRecords);
    expect(store.has(key("/peers/cid")) && store.has(provider(0, "self"))).toBe(true);
    expect(store.has(provider(0, "peer0"))).toBe(false);
    expect(store.has(provider(19_999, "peer99"))).toBe(true);
  });

  test("has a share for each provider: one cannot push all others out", () => {
    const store = new EngineStore("self", "cid");
    store.put(provider("honest", "other"), VALUE);
    for (let at = 0; at < 50_000; at++) store.put(provider(at, "greedy"), VALUE);
    expect(count(store, "/dht/")).toBe(NETWORK.maxVideosAnnounced + 1);
    expect(store.has(provider("honest", "other"))).toBe(true);
    store.delete(provider(0, "greedy"));
    store.put(provider("new", "greedy"), VALUE);
    expect(store.has(provider("new", "greedy"))).toBe(true);
  });

  test("is written in a batch, and read in order, in parts", async () => {
    const store = new EngineStore("self", "cid");
    const batch = store.batch();
    for (const name of ["c", "a", "b"]) batch.put(key(`/x/${name}`), VALUE);
    batch.delete(key("/x/c"));
    expect(count(store, "/x/")).toBe(0);
    await batch.commit();
    const order = (a: Key, b: Key): -1 | 1 => (String(a) < String(b) ? -1 : 1);
    expect([...store.queryKeys({ prefix: "/x/", orders: [order] })].map(String)).toEqual(["/x/a", "/x/b"]);
    expect([...store.queryKeys({ prefix: "/x/", orders: [order], offset: 1, limit: 1 })].map(String)).toEqual(["/x/b"]);
  });
});
