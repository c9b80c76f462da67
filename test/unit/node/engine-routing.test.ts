import type { PeerInfo, PeerRouting } from "@libp2p/interface";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CalmRouting } from "../../../src/node/engine-routing.ts";

const KEY = new Uint8Array(32);

/** A table that counts walks, each of which finds nobody at once. */
function countingTable(): { routing: PeerRouting; walks: () => number } {
  let walks = 0;
  const routing: PeerRouting = {
    findPeer: () => Promise.reject(new Error("nobody")),
    async *getClosestPeers(): AsyncGenerator<PeerInfo> {
      walks++;
      yield* await Promise.resolve([]);
    },
  };
  return { routing, walks: () => walks };
}

describe("random walks through the hash table", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("that find nothing begin once a minute, however eager whoever walks is", async () => {
    const { routing, walks } = countingTable();
    const calm = new CalmRouting(routing);
    const stopping = new AbortController();
    const eager = (async (): Promise<void> => {
      while (!stopping.signal.aborted) for await (const _ of calm.getClosestPeers(KEY, { signal: stopping.signal }));
    })();
    await vi.advanceTimersByTimeAsync(0);
    expect(walks()).toBe(1);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(walks()).toBe(11);
    stopping.abort(new Error("over"));
    await expect(eager).rejects.toThrow("over");
    expect(vi.getTimerCount()).toBe(0);
  });
});
