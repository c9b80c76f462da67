import { describe, expect, test } from "vitest";
import { expectNothing, seedsOf } from "./seeds.ts";
import { type Lie, StoreWorld } from "./support/store-world.ts";

const WORLDS = 40;
const CUTS = 6;

test(`what a library acknowledged survives power cuts on a cruel disk (${WORLDS * CUTS} cuts)`, async () => {
  for (const seed of seedsOf(7, WORLDS)) expectNothing(seed, await new StoreWorld(seed).run(CUTS));
});

describe("a disk that lies is found out", () => {
  test.for<Lie>(["sync", "sync-folder"])("when it has not done its %s", async (lie) => {
    let found = 0;
    for (const seed of seedsOf(8, 20)) found += (await new StoreWorld(seed, lie).run(CUTS)).length > 0 ? 1 : 0;
    expect(found).toBeGreaterThan(0);
  });
});
