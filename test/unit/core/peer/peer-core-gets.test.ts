import { expect, test } from "vitest";
import { local } from "../../support/addresses.ts";
import { PeerRun } from "../../support/peer-run.ts";

const client = local(40_000);
const range = (length: number): number[] => Array.from({ length }, (_, id) => id);

test("a Get is answered with one Response per id held, in the order asked; others are skipped", () => {
  const peer = new PeerRun();
  expect(peer.get(client, [7, 1, 5, 7])).toEqual(["response 7 to 40000", "response 5 to 40000", "response 7 to 40000"]);
  expect(peer.core.counters).toMatchObject({ gets: 1, responses: 3, notHeld: 1 });
});

test("a Get for nothing that is held is not answered", () => {
  expect(new PeerRun().get(client, [1, 2])).toEqual([]);
  expect(new PeerRun().get(client, [])).toEqual([]);
});

test("the rest of a large Get is paced, and all of it comes, in order, with no wake too many", () => {
  const peer = new PeerRun({ holdings: range(500) });
  const sent = peer.get(client, range(500), 1000);
  expect(sent).toHaveLength(64);
  let wakes = 0;
  while (peer.effects.wakeAtMs !== Infinity) {
    sent.push(...peer.wake(peer.effects.wakeAtMs));
    wakes++;
  }
  expect(sent).toEqual(range(500).map((id) => `response ${id} to 40000`));
  expect(wakes).toBe(Math.ceil((500 - 64) / 16));
});

test("several clients are served at the same time", () => {
  const peer = new PeerRun({ holdings: range(500) });
  peer.get(local(40_000), range(200), 0);
  expect(peer.get(local(40_001), range(200), 0)).toHaveLength(64);
  const both = peer.wake(1);
  expect(both.filter((text) => text.endsWith("40000"))).toHaveLength(16);
  expect(both.filter((text) => text.endsWith("40001"))).toHaveLength(16);
});

test("a chunk that was lost is neither advertised nor sent any more", () => {
  const peer = new PeerRun();
  peer.input({ type: "chunk-lost", id: 5 });
  expect(peer.get(client, [5, 6])).toEqual(["response 6 to 40000"]);
  expect(peer.hello(client, [5, 6])[0]).toBe("chunk-info 6 to 40000");
  expect(peer.core.holdings.has(5)).toBe(false);
});

test("holdings that were read again take the place of the old", () => {
  const peer = new PeerRun();
  peer.input({ type: "holdings", ids: [1, 5] });
  expect(peer.hello(client, [1, 5, 6])[0]).toBe("chunk-info 1,5 to 40000");
  expect(peer.get(client, [6, 1])).toEqual(["response 1 to 40000"]);
});

test("what a peer did not ask for is counted, and never answered", () => {
  const peer = new PeerRun();
  expect(peer.hear(client, { type: "chunk-info", ids: [5] })).toEqual([]);
  expect(peer.hear(client, { type: "response", id: 5, offset: 6, sizeBytes: 1 })).toEqual([]);
  expect(peer.hear(client, { type: "report-response", nameNumber: 5, offset: 104, sizeBytes: 1 })).toEqual([]);
  expect(peer.core.counters.unexpected).toBe(3);
});

test("too much at once is dropped and counted: it will be asked for again", () => {
  const peer = new PeerRun({ holdings: range(5000) });
  const sent = peer.get(client, range(5000));
  expect(sent).toHaveLength(64);
  expect(peer.core.counters.queueFull).toBe(5000 - 4096);
});
