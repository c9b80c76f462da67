import { describe, expect } from "vitest";
import { type Provider, ProviderService } from "../../src/node/provider-service.ts";
import { connect, type Fish, heldVideo } from "./support/fish.ts";
import { test } from "./support/shoal.ts";
import { until } from "./support/waiting.ts";

const { id: FILM } = heldVideo(7, "");
const { id: NOBODYS } = heldVideo(8, "");

async function all(providers: AsyncGenerator<Provider>): Promise<Provider[]> {
  const list: Provider[] = [];
  for await (const provider of providers) list.push(provider);
  return list;
}

describe("the hash table", () => {
  test("of five nodes tells any of them who announced a video, and where it is", async ({ shoal }) => {
    const fishes: Fish[] = [];
    for (let at = 0; at < 5; at++) fishes.push(await shoal.fish({ dht: true }));
    const [hub, ...others] = fishes as [Fish, ...Fish[]];
    for (const other of others) await connect(other, hub);
    const [holder, asker] = [fishes[1] as Fish, fishes[4] as Fish];
    const isIn = (fish: Fish): boolean => tableSize(fish) > 0;
    await until("all are in the table of somebody", () => fishes.every(isIn));
    expect(await new ProviderService(holder.engine).announce([FILM])).toBe(1);
    const table = new ProviderService(asker.engine);
    const found = await all(table.providers(FILM, AbortSignal.timeout(5000)));
    expect(found.map(({ peer }) => peer)).toEqual([holder.peer]);
    expect(found[0]?.addresses.map((address) => `${address}/p2p/${holder.peer}`)).toEqual(holder.engine.addresses());
    expect(await all(table.providers(NOBODYS, AbortSignal.timeout(2000)))).toEqual([]);
  });

  test("with nobody else in it takes nothing and names nobody, at once", async ({ shoal }) => {
    const table = new ProviderService((await shoal.fish({ dht: true })).engine);
    expect(table.isOn).toBe(true);
    expect(await table.announce([FILM])).toBe(0);
    expect(await all(table.providers(FILM))).toEqual([]);
  });

  test("is not there for a node that has not joined one", async ({ shoal }) => {
    const table = new ProviderService((await shoal.fish()).engine);
    expect(table.isOn).toBe(false);
    await expect(table.announce([FILM])).rejects.toMatchObject({ code: "dht-off" });
  });
});

const tableSize = ({ engine }: Fish): number =>
  (engine.libp2p.services as { dht?: { routingTable: { size: number } } }).dht?.routingTable.size ?? 0;
