import { describe, expect } from "vitest";
import { withPeer } from "../../src/node/addresses.ts";
import { IdleConnections } from "../../src/node/idle-connections.ts";
import { type Fish, heldVideo, neighboursOf, searchAll } from "./support/fish.ts";
import { test } from "./support/shoal.ts";
import { pause, until } from "./support/waiting.ts";

const FILM = heldVideo(7, "The slow river");

const others = (fish: Fish, all: readonly Fish[]): string[] =>
  all.flatMap(({ peer }) => (peer === fish.peer ? [] : [peer])).sort();

const isAmongAll =
  (all: readonly Fish[]) =>
  (fish: Fish): boolean =>
    neighboursOf(fish).sort().join() === others(fish, all).join();

describe("peers that know one contact only", () => {
  test("find one another by exchange, and then titles at any of them", async ({ shoal }) => {
    const contact = await shoal.fish({ join: [] });
    const fishes = [contact];
    for (let at = 0; at < 4; at++)
      fishes.push(await shoal.fish({ join: [contact.address], videos: at === 3 ? [FILM] : [], name: `fish ${at}` }));
    await until("each has all others as neighbours", () => fishes.every(isAmongAll(fishes)), 12_000);
    const [, asker, , , holder] = fishes as [Fish, Fish, Fish, Fish, Fish];
    expect(asker.neighbours.peers().find(({ peer }) => peer === holder.peer)).toMatchObject({ name: "fish 3" });
    const found = await searchAll(asker, { kind: "words", words: "river" }, 1);
    expect(found.map(({ record }) => record.peer)).toEqual([holder.peer]);
  });

  test("find others when the contact is dead", async ({ shoal }) => {
    const contact = await shoal.fish({ join: [] });
    const other = await shoal.fish({ join: [contact.address], videos: [FILM] });
    await until("the contact can tell of it", () => contact.book.peers().length === 1);
    const asker = await shoal.fish({ join: [contact.address], maxPeers: 1 });
    await until("the asker has been told", () => asker.neighbours.known === 2);
    expect(neighboursOf(asker)).toEqual([contact.peer]);
    await contact.stop();
    await until("another took its place", () => neighboursOf(asker).join() === other.peer, 12_000);
    expect(await searchAll(asker, { kind: "video", id: FILM.id }, 1)).toHaveLength(1);
  });
});

describe("a node's neighbours", () => {
  test("are there again after a restart, without anybody to join", async ({ shoal }) => {
    const other = await shoal.fish({ join: [] });
    const first = await shoal.fish({ join: [other.address] });
    await until("they are neighbours", () => first.book.peers().length === 1 && neighboursOf(other).length === 1);
    await first.stop();
    const again = await shoal.fish({ key: first.key, folder: first.folder, join: [] });
    await until("they are neighbours again", () => neighboursOf(again).join() === other.peer);
    expect(again.neighbours.peers()[0]?.via).toBe("memory");
    expect(again.notices).toEqual([]);
  });

  test("are never somebody else than the one who was to be joined", async ({ shoal }) => {
    const [there, meant] = [await shoal.fish({ join: [] }), await shoal.fish({ join: [] })];
    const here = await shoal.fish({ join: [withPeer(there.address, meant.peer)] });
    await until("it was tried", () => here.neighbours.counters.dialsFailed > 0);
    expect(there.engine.libp2p.getConnections()).toEqual([]);
    expect(neighboursOf(here)).toEqual([]);
    await expect(here.neighbours.join(withPeer(there.address, meant.peer))).rejects.toMatchObject({
      code: "peer-mismatch",
    });
    await expect(here.neighbours.join("nowhere")).rejects.toMatchObject({ code: "address-invalid" });
  });

  test("are joined by a plain address too, also when it is not there yet", async ({ shoal }) => {
    const early = await shoal.fish({ join: [] });
    const plain = early.address.replace(/^\/ip4\/([^/]+)\/tcp\/(\d+).*$/, "$1:$2");
    await early.stop();
    const here = await shoal.fish({ join: [plain] });
    await until("it was tried", () => here.neighbours.counters.dialsFailed > 0);
    const late = await shoal.fish({ join: [], listen: [plain] });
    await until("it is a neighbour", () => neighboursOf(here).join() === late.peer);
    expect(here.neighbours.peers()[0]?.via).toBe("join");
  });

  test("are no more than it may have", async ({ shoal }) => {
    const hub = await shoal.fish({ join: [], maxPeers: 2 });
    const all = await Promise.all([1, 2, 3, 4].map(() => shoal.fish({ join: [hub.address] })));
    await until("all have neighbours", () => all.every((fish) => neighboursOf(fish).length > 0), 12_000);
    expect(neighboursOf(hub).length).toBeLessThanOrEqual(2);
  });

  test("that lie are let go, and stay away after a restart", async ({ shoal }) => {
    const liar = await shoal.fish({ join: [] });
    const first = await shoal.fish({ join: [liar.address] });
    await until("they are neighbours", () => neighboursOf(first).length === 1 && neighboursOf(liar).length === 1);
    first.neighbours.lied(liar.peer, "wrong-bytes");
    await until("the liar is gone", () => neighboursOf(liar).length === 0);
    await first.stop();
    const again = await shoal.fish({ key: first.key, folder: first.folder, join: [liar.address] });
    expect(again.book.refused().map(({ peer, reason }) => [peer, reason])).toEqual([[liar.peer, "wrong-bytes"]]);
    await expect(again.neighbours.join(liar.address)).rejects.toMatchObject({ exitCode: 4 });
    await pause(300);
    expect(neighboursOf(again)).toEqual([]);
  });

  test("keep their connections, and those that nothing uses are closed", async ({ shoal }) => {
    const [here, there] = [await shoal.fish({ join: [] }), await shoal.fish({ join: [] })];
    await here.engine.dial({ peer: there.peer, addresses: there.engine.addresses() });
    await until("pings and identify are over", () => here.engine.libp2p.getConnections()[0]?.streams.length === 0);
    const idle = new IdleConnections(here.engine);
    await idle.look(0);
    await idle.look(59_000);
    expect(here.engine.libp2p.getConnections()).toHaveLength(1);
    await idle.look(61_000);
    await until("it is closed", () => here.engine.libp2p.getConnections().length === 0);
    await here.neighbours.join(there.address);
    await idle.look(100_000);
    await idle.look(300_000);
    expect(neighboursOf(here)).toEqual([there.peer]);
  });
});
